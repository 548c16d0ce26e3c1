using System.Buffers.Binary;
using System.Security.Cryptography;
using Compression.Core.Reporting;

namespace Compression.Torch.Loading;

/// <summary>
/// TorchSharp's library as this system can load it. It is built with GCC 13 and so needs version GLIBCXX_3.4.32 of libstdc++, for a
/// symbol alone that it never calls; Debian 12 and Ubuntu 22.04 have 3.4.30. Where only that is missing, a copy is loaded in
/// which the need is marked as weak, so that the system's loader passes over it.
/// </summary>
internal static class BindingCopy
{
    /// <summary>Only makes the linker take in libstdc++'s initialization, which every older one runs by itself.</summary>
    public const string NeverCalled = "_ZSt21ios_base_library_initv";

    /// <summary>The file to load: the given one, or its copy.</summary>
    /// <param name="binding">Path of TorchSharp's library.</param>
    /// <param name="pathOf">Gives the file that the system takes for a library; null where it does not say.</param>
    /// <param name="caches">Folders for the copy; the first that can be written to is taken.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: the system lacks more, or a file is damaged.</exception>
    public static string For(string binding, Func<string, string?> pathOf, IReadOnlyList<string> caches)
    {
        try
        {
            var file = ElfFile.Read(binding);
            var missing = Missing(file, pathOf);
            if (missing.Find(need => !IsNeverUsed(file, need.Need)) is { System: { } system } needed)
            {
                throw Error($"{Path.GetFileName(binding)} needs {needed.Need.Version} of {needed.Need.Library}, which {system} lacks; "
                    + "Debian 12, Ubuntu 22.04 and later systems have what it needs");
            }

            return missing.Count == 0 ? binding : Keep(Weakened(file, missing.Select(lack => lack.Need)), Checksum(file.Bytes), caches);
        }
        catch (Exception failure) when (failure is ElfFormatException or IOException or UnauthorizedAccessException)
        {
            throw Error(failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <summary>The content of a library with some of its needs marked as weak.</summary>
    public static byte[] Weakened(ElfFile file, IEnumerable<VersionNeed> needs)
    {
        byte[] copy = file.Bytes.ToArray();
        foreach (var need in needs)
        {
            var flags = copy.AsSpan((int)need.FlagsOffset, sizeof(ushort));
            BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | ElfVersions.WeakFlag));
        }

        return copy;
    }

    // Libraries that are not found are left to the system's loader, which names them.
    private static List<(VersionNeed Need, string System)> Missing(ElfFile file, Func<string, string?> pathOf) =>
    [
        .. from need in ElfVersions.Needs(file)
           where !need.IsWeak
           group need by need.Library into needs
           let system = pathOf(needs.Key)
           where system is not null
           let provided = ElfVersions.Provided(ElfFile.Read(system))
           from need in needs
           where !provided.Contains(need.Version)
           select (need, system),
    ];

    private static bool IsNeverUsed(ElfFile file, VersionNeed need) => ElfVersions.SymbolsOf(file, need.Index).All(name => name == NeverCalled);

    private static string Checksum(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    // Many ranks may start at once: each writes a file of its own and renames it, and what was there stays mapped where it is in use.
    private static string Keep(byte[] content, string checksum, IReadOnlyList<string> caches)
    {
        Exception? refusal = null;
        foreach (string cache in caches)
        {
            string path = Path.Combine(cache, $"LibTorchSharp-{checksum[..16]}.so");
            try
            {
                if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
                {
                    Directory.CreateDirectory(cache);
                    string temporary = $"{path}.{Guid.NewGuid():N}";
                    File.WriteAllBytes(temporary, content);
                    File.Move(temporary, path, overwrite: true);
                }

                return path;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                refusal = failure;
            }
        }

        throw Error($"its copy for this system cannot be written: {refusal!.Message.TrimEnd('.')}", refusal);
    }

    private static UserErrorException Error(string what, Exception? cause = null) =>
        new(ExitCode.Environment, $"libtorch cannot be loaded: {what}.", cause);
}
