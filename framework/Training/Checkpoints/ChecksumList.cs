using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Compression.Core.Reporting;

namespace Compression.Training.Checkpoints;

/// <summary>The SHA256SUMS of a checkpoint: <c>hash␣␣name</c> for each file, sorted by name, as sha256sum writes and checks it.</summary>
internal static class ChecksumList
{
    public const string FileName = "SHA256SUMS";

    private const int HashLength = 64;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Hashes files of a folder into the text of the list.</summary>
    public static byte[] Compute(string folder, IEnumerable<string> files)
    {
        var text = new StringBuilder();
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            text.Append(Hash(Path.Combine(folder, file))).Append("  ").Append(file).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Reads a list; only the exact form that <see cref="Compute"/> writes passes.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Checkpoint"/>.</exception>
    public static IReadOnlyDictionary<string, string> Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw Damaged(path, "missing");
        }

        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(path));
        if (!text.EndsWith('\n'))
        {
            throw Damaged(path, "cut short");
        }

        foreach (string line in text[..^1].Split('\n'))
        {
            bool wellFormed = line.Length > HashLength + 2
                && !line.AsSpan(0, HashLength).ContainsAnyExcept(HexDigits)
                && line.AsSpan(HashLength, 2) is "  "
                && hashes.TryAdd(line[(HashLength + 2)..], line[..HashLength]);
            if (!wellFormed)
            {
                throw Damaged(path, "damaged");
            }
        }

        return hashes;
    }

    /// <summary>Compares one file with its line.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Checkpoint"/>: the file is missing or another.</exception>
    public static void Verify(string folder, string file, IReadOnlyDictionary<string, string> hashes)
    {
        string path = Path.Combine(folder, file);
        if (!hashes.TryGetValue(file, out string? expected))
        {
            throw Damaged(Path.Combine(folder, FileName), $"without a line for {file}");
        }

        if (!File.Exists(path))
        {
            throw Damaged(path, "missing");
        }

        if (Hash(path) != expected)
        {
            throw Damaged(path, "damaged (its SHA-256 is not the one recorded)");
        }
    }

    /// <summary>The message for a file that cannot be used.</summary>
    public static UserErrorException Damaged(string path, string problem) =>
        new(ExitCode.Checkpoint, $"{path}: {problem}; resume from another checkpoint, or restore this one from a copy");

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
