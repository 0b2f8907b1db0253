// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// The token of executor/contracts/token, for the EVM: what EdgeBench compares eth_call with.
/// Built with solc 0.8.37, optimizer on, 200 runs: `solc --optimize --bin-runtime Token.sol`.
contract Token {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    uint256 public totalSupply;

    event Transfer(address indexed from, address indexed to, uint256 amount);

    function transfer(address to, uint256 amount) external returns (bool) {
        require(to != address(0), "transfer to the zero address");
        require(balanceOf[msg.sender] >= amount, "insufficient balance");
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
        emit Transfer(msg.sender, to, amount);
        return true;
    }
}
