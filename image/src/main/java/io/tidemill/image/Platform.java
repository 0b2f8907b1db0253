package io.tidemill.image;

import org.jspecify.annotations.Nullable;

/** A processor that images are built for, with the names that others give it. */
enum Platform {
  AMD64(
      "amd64",
      "x86_64-linux-gnu",
      "/lib64/ld-linux-x86-64.so.2",
      "librocksdbjni-linux64.so",
      "x86_64",
      0x3e),
  ARM64(
      "arm64",
      "aarch64-linux-gnu",
      "/lib/ld-linux-aarch64.so.1",
      "librocksdbjni-linux-aarch64.so",
      "aarch_64",
      0xb7);

  private final String oci;
  private final String triplet;
  private final String loader;
  private final String rocksLibrary;
  private final String nettySuffix;
  private final int elfMachine;

  Platform(
      String oci,
      String triplet,
      String loader,
      String rocksLibrary,
      String nettySuffix,
      int elfMachine) {
    this.oci = oci;
    this.triplet = triplet;
    this.loader = loader;
    this.rocksLibrary = rocksLibrary;
    this.nettySuffix = nettySuffix;
    this.elfMachine = elfMachine;
  }

  /** The name in an image index. */
  String oci() {
    return oci;
  }

  /** The folder of its libraries in a Debian system. */
  String triplet() {
    return triplet;
  }

  /** Where the kernel looks for the dynamic loader. */
  String loader() {
    return loader;
  }

  /** The name of RocksDB's library inside its jar. */
  String rocksLibrary() {
    return rocksLibrary;
  }

  /** How the transport's native libraries inside their jar end. */
  String nettySuffix() {
    return nettySuffix;
  }

  /** The name of its emulator. */
  String emulator() {
    return triplet.substring(0, triplet.indexOf('-'));
  }

  /** How its programs begin (ELF header), as the kernel's binfmt_misc reads it. */
  String elfMagic() {
    return "\\x7f\\x45\\x4c\\x46\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\x%02x\\x00"
        .formatted(elfMachine);
  }

  /** The platform of the machine this runs on, or null when images are not built for it. */
  static @Nullable Platform here() {
    return switch (System.getProperty("os.arch")) {
      case "amd64", "x86_64" -> AMD64;
      case "aarch64", "arm64" -> ARM64;
      default -> null;
    };
  }
}
