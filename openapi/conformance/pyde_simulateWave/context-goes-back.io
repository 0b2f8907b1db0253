>> {"jsonrpc":"2.0","id":1,"method":"pyde_simulateWave","params":{"waves":[{"context":{"wave":5},"calls":[]},{"context":{"wave":5},"calls":[]}]}}
<< {"jsonrpc":"2.0","error":{"code":-32602,"message":"field context.wave: is not above the parent's 5","data":{"reason":"INVALID_FIELD","action":"correct the field","field":"context.wave","detail":"is not above the parent's 5"}},"id":1}
