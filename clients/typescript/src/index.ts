export * from "./borsh.js";
export * from "./client.js";
export * from "./errors.js";
export * from "./hash.js";
export * from "./jsonrpc.js";
export * from "./tx.js";
export * as execution from "./generated/tidemill/v1/execution_service.js";
export * as state from "./generated/tidemill/v1/state_service.js";
export * as types from "./generated/tidemill/v1/types.js";
