package io.tidemill.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs of an image inside its root folder: on this machine's processor, or on an emulated
 * one when Debian's {@code qemu-user-static} is installed. Needs root.
 */
final class RootFolder {
  /** The dynamic loader and the runtime read /proc; the mount ends with the process. */
  private static final String PROC = "mount --rbind /proc \"$0/proc\" && ";

  private RootFolder() {}

  /** Whether programs for {@code platform} run here. */
  static boolean runs(Platform platform) {
    return "root".equals(System.getProperty("user.name"))
        && (platform == Platform.here() || emulator(platform) != null);
  }

  /**
   * The command that runs {@code arguments} inside {@code root}.
   *
   * @param mounts shell commands that end in {@code &&}; {@code $0} is the root
   * @param enter the command that changes the root, without its arguments
   */
  static List<String> command(
      Platform platform, Path root, String mounts, String enter, List<String> arguments) {
    final Path emulator = emulator(platform);
    final List<String> command = new ArrayList<>(List.of("unshare", "--mount"));
    String script = mounts + PROC + "exec " + enter + " \"$0\" \"$@\"";
    if (emulator != null) {
      command.addAll(List.of("--user", "--map-root-user"));
      script = emulation(platform, emulator) + script;
    }
    command.addAll(List.of("sh", "-c", script, root.toString()));
    command.addAll(arguments);
    return command;
  }

  /**
   * Lets the kernel start programs of the processor through its emulator, in a user namespace of
   * its own, so that the machine stays as it is (Linux 6.7 and newer).
   */
  private static String emulation(Platform platform, Path emulator) {
    final String mask =
        "\\xff".repeat(7) + "\\x00" + "\\xff".repeat(8) + "\\xfe" + "\\xff".repeat(3);
    return "mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc && printf '%%s' ':%s:M::%s:%s:%s:OCF' > /proc/sys/fs/binfmt_misc/register && "
        .formatted(platform.emulator(), platform.elfMagic(), mask, emulator);
  }

  private static @Nullable Path emulator(Platform platform) {
    final Path qemu = Path.of("/usr/bin/qemu-" + platform.emulator() + "-static");
    return platform != Platform.here() && Files.isExecutable(qemu) ? qemu : null;
  }
}
