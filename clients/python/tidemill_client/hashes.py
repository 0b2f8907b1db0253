"""Poseidon2 and BLAKE3 as the chain uses them, in code of the client's own."""

P = 0xFFFFFFFF00000001


def _words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


_DIAGONAL = _words("""
a98811a1fed4e3a5 1cc48b54f377e2a0 e40cd4f6c5609a26 11de79ebca97a4a3
9177c73d8b7e929c 2a6fe8085797e791 3de6e93329f8d5ad 3f7af9125da962fe""")

_FULL = _words("""
dd5743e7f2a5a5d9 cb3a864e58ada44b ffa2449ed32f8cdc 42025f65d6bd13ee
7889175e25506323 34b98bb03d24b737 bdcc535ecc4faa2a 5b20ad869fc0d033
f1dda5b9259dfcb4 27515210be112d59 4227d1718c766c3f 26d333161a5bd794
49b938957bf4b026 4a56b5938b213669 1120426b48c8353d 6b323c3f10a56cad
ce57d6245ddca6b2 b1fc8d402bba1eb1 b5c5096ca959bd04 6db55cd306d31f7f
c49d293a81cb9641 1ce55a4fe979719f a92e60a9d178a4d1 002cc64973bcfd8c
cea721cce82fb11b e5b55eb8098ece81 4e30525c6f1ddd66 43c6702827070987
aca68430a7b5762a 3674238634df9c93 88cee1c825e33433 de99ae8d74b57176
014ef1197d341346 9725e20825d07394 fdb25aef2c5bae3b be5402dc598c971e
93a5711f04cdca3d c45a9a5b2f8fb97b fe8946a924933545 2af997a27369091c
aa62c88e0b294011 058eb9d810ce9f74 b3cb23eced349ae4 a3648177a77b4a84
43153d905992d95d f4e2a97cda44aa4b 5baa2702b908682f 082923bdf4f750d1
98ae09a325893803 f8a6475077968838 ceb0735bf00b2c5f 0a1a5d953888e072
2fcb190489f94475 b5be06270dec69fc 739cb934b09acf8b 537750b75ec7f25b
e9dd318bae1f3961 f7462137299efe1a b1f6b8eee9adb940 bdebcc8a809dfe6b
40fc1f791b178113 3ac1c3362d014864 9a016184bdb8aeba 95f2394459fbc25e""")

_PARTIAL = _words("""
488897d85ff51f56 1140737ccb162218 a7eeb9215866ed35 9bd2976fee49fcc9
c0c8f0de580a3fcc 4fb2dae6ee8fc793 343a89f35f37395b 223b525a77ca72c8
56ccb62574aaa918 c4d507d8027af9ed a080673cf0b7e95c f0184884eb70dcf8
044f10b0cb3d5c69 e9e3f7993938f186 1b761c80e772f459 606cec607a1b5fac
14a0c2e1d45f03cd 4eace8855398574f f905ca7103eff3e6 f8c8f8d20862c059
b524fe8bdd678e5a fbb7865901a1ec41""")

_BLOCK = [[5, 7, 1, 3], [4, 6, 1, 1], [1, 3, 5, 7], [1, 1, 4, 6]]


def _mix(state: list[int]) -> list[int]:
    mixed = [
        sum(row[i] * state[half + i] for i in range(4)) for half in (0, 4) for row in _BLOCK
    ]
    return [(mixed[i] + mixed[i % 4] + mixed[i % 4 + 4]) % P for i in range(8)]


def _permute(state: list[int]) -> list[int]:
    def full(values: list[int], number: int) -> list[int]:
        return _mix([pow(values[i] + _FULL[8 * number + i], 7, P) for i in range(8)])

    state = _mix(state)
    for number in range(4):
        state = full(state, number)
    for constant in _PARTIAL:
        state[0] = pow(state[0] + constant, 7, P)
        total = sum(state)
        state = [(_DIAGONAL[i] * state[i] + total) % P for i in range(8)]
    for number in range(4, 8):
        state = full(state, number)
    return state


def poseidon2(data: bytes) -> bytes:
    """The 32-byte Poseidon2 hash of ``data``."""
    elements = [int.from_bytes(data[at : at + 7], "little") for at in range(0, len(data), 7)]
    elements.append(len(data))
    state = [0] * 8
    for at in range(0, len(elements), 4):
        group = elements[at : at + 4]
        state = _permute(group + state[len(group) :])
    return b"".join(element.to_bytes(8, "little") for element in state[:4])


_IV = [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19]
_PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]
_LANES = [
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
]
_CHUNK_START, _CHUNK_END, _PARENT, _ROOT = 1, 2, 4, 8
_MASK = 0xFFFFFFFF


def _rotate(x: int, by: int) -> int:
    return (x >> by) | (x << (32 - by)) & _MASK


def _compress(chaining: list[int], block: list[int], counter: int, length: int, flags: int) -> list[int]:
    v = chaining + _IV[:4] + [counter & _MASK, counter >> 32, length, flags]
    for _ in range(7):
        for i, (a, b, c, d) in enumerate(_LANES):
            for word, first, second in ((block[2 * i], 16, 12), (block[2 * i + 1], 8, 7)):
                v[a] = (v[a] + v[b] + word) & _MASK
                v[d] = _rotate(v[d] ^ v[a], first)
                v[c] = (v[c] + v[d]) & _MASK
                v[b] = _rotate(v[b] ^ v[c], second)
        block = [block[i] for i in _PERMUTATION]
    return [v[i] ^ v[i + 8] for i in range(8)]


def _chunk(data: bytes, number: int, root: int) -> list[int]:
    chaining = _IV
    for at in range(0, max(len(data), 1), 64):
        block = data[at : at + 64]
        flags = _CHUNK_START if at == 0 else 0
        if at + 64 >= len(data):
            flags |= _CHUNK_END | root
        padded = block.ljust(64, b"\0")
        words = [int.from_bytes(padded[i : i + 4], "little") for i in range(0, 64, 4)]
        chaining = _compress(chaining, words, number, len(block), flags)
    return chaining


def _subtree(data: bytes, number: int, root: int) -> list[int]:
    if len(data) <= 1024:
        return _chunk(data, number, root)
    chunks = -(-len(data) // 1024)
    left = 1 << ((chunks - 1).bit_length() - 1)
    both = _subtree(data[: left * 1024], number, 0) + _subtree(data[left * 1024 :], number + left, 0)
    return _compress(_IV, both, 0, 64, _PARENT | root)


def blake3(data: bytes) -> bytes:
    """The 32-byte BLAKE3 digest of ``data``."""
    return b"".join(word.to_bytes(4, "little") for word in _subtree(data, 0, _ROOT))
