package io.tidemill.executor.wasm;

/**
 * What an instance starts with.
 *
 * @param host what its host functions find
 * @param fuel units it may spend
 * @param framesLeft wasm frames left on the transaction's logical stack (decisions W6)
 * @param slotsLeft slots left on the transaction's logical stack
 * @param memory the transaction's memory budget
 * @param guard what may stop the attempt
 */
public record Launch(
    HostContext host,
    long fuel,
    int framesLeft,
    int slotsLeft,
    MemoryBudget memory,
    ExecutionGuard guard) {}
