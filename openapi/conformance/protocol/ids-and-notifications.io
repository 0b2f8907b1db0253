>> [{"jsonrpc":"2.0","id":1,"method":"pyde_chainId","params":[]},{"jsonrpc":"2.0","id":"a","method":"pyde_chainId","params":[]},{"jsonrpc":"2.0","id":null,"method":"pyde_chainId","params":[]},{"jsonrpc":"2.0","method":"pyde_chainId"}]
<< [{"jsonrpc":"2.0","result":31337,"id":1},{"jsonrpc":"2.0","result":31337,"id":"a"},{"jsonrpc":"2.0","result":31337,"id":null}]
>> {"jsonrpc":"2.0","id":{},"method":"pyde_chainId"}
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"not a JSON-RPC 2.0 request: id must be a string, a whole number or null","data":{"reason":"INVALID_REQUEST","action":"send jsonrpc \"2.0\", a method, and an id that is a string or a number","detail":"id must be a string, a whole number or null"}},"id":null}
>> {"jsonrpc":"2.0","id":1,"id":2,"method":"pyde_chainId"}
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"the body is not JSON: Duplicate field 'id' at line 1, column 29","data":{"reason":"PARSE_ERROR","action":"send one JSON object, or an array of them","detail":"Duplicate field 'id' at line 1, column 29"}},"id":null}
>> {"jsonrpc":"2.0","id":12345678901234567890,"method":"nothing"}
<< {"jsonrpc":"2.0","error":{"code":-32601,"message":"method nothing does not exist","data":{"reason":"METHOD_NOT_FOUND","action":"ask rpc.discover for the methods","method":"nothing"}},"id":12345678901234567890}
>> []
<< {"jsonrpc":"2.0","error":{"code":-32600,"message":"not a JSON-RPC 2.0 request: the batch is empty","data":{"reason":"INVALID_REQUEST","action":"send jsonrpc \"2.0\", a method, and an id that is a string or a number","detail":"the batch is empty"}},"id":null}
>> {
<< {"jsonrpc":"2.0","error":{"code":-32700,"message":"the body is not JSON: Unexpected end-of-input: expected close marker for Object at line 1, column 2","data":{"reason":"PARSE_ERROR","action":"send one JSON object, or an array of them","detail":"Unexpected end-of-input: expected close marker for Object at line 1, column 2"}},"id":null}
