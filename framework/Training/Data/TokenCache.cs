using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Compression.Core.Payloads;

namespace Compression.Training.Data;

/// <summary>
/// Keeps a tokenized corpus in a file named by the checksums of the texts: a changed text has another name, and a damaged file is read as none.
/// </summary>
internal static class TokenCache
{
    private const int Magic = 0x314B4F54;

    /// <summary>The file of some texts.</summary>
    public static string PathOf(string folder, string dataset, IEnumerable<CorpusFile> texts)
    {
        byte[] all = SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(' ', texts.Select(text => text.Sha256))));
        return Path.Combine(folder, $"{dataset}-{Convert.ToHexStringLower(all)[..16]}.tokens");
    }

    /// <summary>Reads what <see cref="Write"/> left; null where there is none, or not a whole one.</summary>
    public static (Vocabulary Vocabulary, int[][] Splits)? Read(string path)
    {
        try
        {
            using var reader = new BinaryReader(File.OpenRead(path));
            if (reader.ReadInt32() != Magic)
            {
                return null;
            }

            var vocabulary = new Vocabulary();
            for (int words = reader.ReadInt32(); words > 0; words--)
            {
                vocabulary.GetOrAdd(reader.ReadString());
            }

            int[][] splits = new int[3][];
            for (int i = 0; i < splits.Length; i++)
            {
                splits[i] = new int[reader.ReadInt32()];
                var bytes = MemoryMarshal.AsBytes(splits[i].AsSpan());
                reader.BaseStream.ReadExactly(bytes);
                if (reader.ReadUInt32() != Checksum.Crc32C(bytes))
                {
                    return null;
                }
            }

            return (vocabulary, splits);
        }
        catch (Exception damage) when (damage is IOException or UnauthorizedAccessException or OverflowException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Writes the file whole or not at all; a folder that cannot be written goes without.</summary>
    public static void Write(string path, Vocabulary vocabulary, int[][] splits)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string partial = $"{path}.{Environment.ProcessId}.partial";
            using (var writer = new BinaryWriter(File.Create(partial)))
            {
                writer.Write(Magic);
                writer.Write(vocabulary.Count);
                foreach (string word in vocabulary.Words)
                {
                    writer.Write(word);
                }

                foreach (int[] split in splits)
                {
                    var bytes = MemoryMarshal.AsBytes(split.AsSpan());
                    writer.Write(split.Length);
                    writer.Write(bytes);
                    writer.Write(Checksum.Crc32C(bytes));
                }
            }

            File.Move(partial, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next run tokenizes again, as this one did.
        }
    }
}
