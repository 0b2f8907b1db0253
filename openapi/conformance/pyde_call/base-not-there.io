>> {"jsonrpc":"2.0","id":1,"method":"pyde_call","params":[{"to":"0x1111111111111111111111111111111111111111111111111111111111111111"},99]}
<< {"jsonrpc":"2.0","error":{"code":-32003,"message":"the state of wave 99 is not retained; available are waves 0 to 0","data":{"reason":"STATE_NOT_AVAILABLE","action":"ask for a wave in that range","base":"wave 99","oldest_wave":"0","head_wave":"0"}},"id":1}
