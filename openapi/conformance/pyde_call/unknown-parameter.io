>> {"jsonrpc":"2.0","id":1,"method":"pyde_call","params":{"cal":{}}}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"field params.cal: is not known; known are [base, call, context, overrides]","data":{"reason":"INVALID_FIELD","action":"correct the field","field":"params.cal","detail":"is not known; known are [base, call, context, overrides]"}},"id":1}
