>> {"jsonrpc":"2.0","id":1,"method":"pyde_call","params":[{"to":"nobody"}]}
<< {"jsonrpc":"2.0","error":{"code":-32002,"message":"name nobody does not exist","data":{"reason":"NOT_FOUND","action":"check the key and the state it was asked for","what":"name","key":"nobody"}},"id":1}
