module token

go 1.21
