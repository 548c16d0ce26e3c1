using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Compression.Core.Payloads;
using Compression.Training.Data;

namespace Compression.Training.TransformerXl;

/// <summary>
/// Keeps a tokenized corpus in a file named by the checksums of the texts: a changed text has another name, and a damaged file is read as none.
/// </summary>
internal static class TokenCache
{
    private const int Magic = 0x324B4F54;

    /// <summary>The file of some texts.</summary>
    public static string PathOf(string folder, string dataset, IEnumerable<CorpusFile> texts)
    {
        byte[] all = SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(' ', texts.Select(text => text.Sha256))));
        return Path.Combine(folder, $"{dataset}-{Convert.ToHexStringLower(all)[..16]}.tokens");
    }

    /// <summary>Reads what <see cref="Write"/> left; null where there is none, or not a whole one.</summary>
    public static TokenizedText? Read(string path)
    {
        try
        {
            using var reader = new BinaryReader(File.OpenRead(path));
            if (reader.ReadInt32() != Magic || !TryReadBlock(reader, out byte[] head))
            {
                return null;
            }

            using var words = new BinaryReader(new MemoryStream(head));
            var vocabulary = new Vocabulary();
            for (int left = words.ReadInt32(); left > 0; left--)
            {
                vocabulary.GetOrAdd(words.ReadString());
            }

            var oddities = new TextOddities[words.ReadInt32()];
            foreach (ref var one in oddities.AsSpan())
            {
                one = new TextOddities(words.ReadInt64(), words.ReadInt64(), words.ReadInt64());
            }

            int[][] splits = new int[3][];
            for (int i = 0; i < splits.Length; i++)
            {
                if (!TryReadBlock(reader, out splits[i]))
                {
                    return null;
                }
            }

            return new TokenizedText(vocabulary, splits, oddities);
        }
        catch (Exception damage) when (damage is IOException or UnauthorizedAccessException or OverflowException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Writes the file whole or not at all; a folder that cannot be written goes without.</summary>
    public static void Write(string path, TokenizedText text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string partial = $"{path}.{Environment.ProcessId}.partial";
            using (var writer = new BinaryWriter(File.Create(partial)))
            {
                writer.Write(Magic);
                WriteBlock(writer, HeadOf(text));
                foreach (int[] split in text.Splits)
                {
                    WriteBlock(writer, split);
                }
            }

            File.Move(partial, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next run tokenizes again, as this one did.
        }
    }

    private static byte[] HeadOf(TokenizedText text)
    {
        using var head = new MemoryStream();
        using var writer = new BinaryWriter(head);
        writer.Write(text.Vocabulary.Count);
        foreach (string word in text.Vocabulary.Words)
        {
            writer.Write(word);
        }

        writer.Write(text.Oddities.Length);
        foreach (var one in text.Oddities)
        {
            writer.Write(one.Returns);
            writer.Write(one.LoneReturns);
            writer.Write(one.Marks);
        }

        return head.ToArray();
    }

    // A block: its length, its values, their checksum.
    private static void WriteBlock<T>(BinaryWriter writer, T[] values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        writer.Write(values.Length);
        writer.Write(bytes);
        writer.Write(Checksum.Crc32C(bytes));
    }

    private static bool TryReadBlock<T>(BinaryReader reader, out T[] values)
        where T : unmanaged
    {
        values = new T[reader.ReadInt32()];
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        reader.BaseStream.ReadExactly(bytes);
        return reader.ReadUInt32() == Checksum.Crc32C(bytes);
    }
}
