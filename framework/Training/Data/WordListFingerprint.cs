using System.Security.Cryptography;
using System.Text;

namespace Compression.Training.Data;

/// <summary>What tells one numbering of words from another: SHA-256 of the words in the order of their ids, each with a line feed behind it.</summary>
internal sealed class WordListFingerprint : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The fingerprint of a whole list.</summary>
    public static string Of(IEnumerable<string> words)
    {
        using var fingerprint = new WordListFingerprint();
        foreach (string word in words)
        {
            fingerprint.Add(Encoding.UTF8.GetBytes(word));
        }

        return fingerprint.Text;
    }

    /// <summary>The word of the next id.</summary>
    public void Add(ReadOnlySpan<byte> utf8)
    {
        _hash.AppendData(utf8);
        _hash.AppendData("\n"u8);
    }

    /// <summary>Of the words so far, in lower-case hexadecimal.</summary>
    public string Text => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Dispose() => _hash.Dispose();
}
