class Clusternode < Formula
  desc "Nodes that find each other in a shared registry and watch each other's pulse"
  homepage "@HOMEPAGE@"
  version "@VERSION@"
  license "MIT"

  on_macos do
    on_arm do
      url "@URL_AARCH64_APPLE_DARWIN@"
      sha256 "@SHA256_AARCH64_APPLE_DARWIN@"
    end
    on_intel do
      url "@URL_X86_64_APPLE_DARWIN@"
      sha256 "@SHA256_X86_64_APPLE_DARWIN@"
    end
  end

  on_linux do
    on_arm do
      url "@URL_AARCH64_UNKNOWN_LINUX_GNU@"
      sha256 "@SHA256_AARCH64_UNKNOWN_LINUX_GNU@"
    end
    on_intel do
      url "@URL_X86_64_UNKNOWN_LINUX_GNU@"
      sha256 "@SHA256_X86_64_UNKNOWN_LINUX_GNU@"
    end
  end

  def install
    bin.install "clusternode"
    man1.install "clusternode.1"
    generate_completions_from_executable(bin/"clusternode", "completions")
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/clusternode --version")
  end
end
