using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Compression.Core.Contracts;
using Compression.Core.Reporting;

namespace Compression.Training.Data.Lm1b;

/// <summary>Stores the place of a run in its data, beside what the place is meaningless without: shards, vocabulary, batch size and seed.</summary>
internal sealed class BatchIdentity
{
    private const string PlaceName = "place", LengthsName = "row_lengths", TokensName = "row_tokens";

    private const int PlaceLength = 4; // pass, shard, sentence, tokens of all rows

    private readonly (string What, int[] Bits)[] _parts;
    private readonly int _rows, _words;

    public BatchIdentity(WordVocabulary vocabulary, IReadOnlyList<string> files, int rows, ulong? seed)
    {
        _rows = rows;
        _words = vocabulary.Count;
        string names = string.Join('\n', files.Select(NameAndLength));
        _parts =
        [
            ("batch size", [rows]),
            ("seed", seed is { } key ? [1, (int)key, (int)(key >> 32)] : [0, 0, 0]),
            ("vocabulary", Digest($"{vocabulary.Sha256} {vocabulary.Count}")),
            ("shards", Digest(names)),
        ];
    }

    private int[] Bits => [.. _parts.SelectMany(part => part.Bits)];

    public void Write(IStateWriter writer, string prefix, RowsPlace place)
    {
        var next = place.Next;
        writer.Write(prefix + PlaceName, [.. Bits, next.Pass, next.Shard, next.Sentence, place.Tokens.Length]);
        writer.Write(prefix + LengthsName, place.Lengths);
        if (place.Tokens.Length > 0)
        {
            writer.Write(prefix + TokensName, place.Tokens);
        }
    }

    public RowsPlace Read(IStateReader reader, string prefix)
    {
        var bits = Get(reader, prefix + PlaceName, Bits.Length + PlaceLength).AsSpan();
        foreach (var (what, expected) in _parts)
        {
            if (!bits[..expected.Length].SequenceEqual(expected))
            {
                throw new UserErrorException(
                    ExitCode.Checkpoint, $"The checkpoint's place in the data is of another {what}; go on with the data, batch size, seed and workers that it was written with.");
            }

            bits = bits[expected.Length..];
        }

        var place = new RowsPlace(_rows) { Next = new SentencePlace(bits[0], bits[1], bits[2]) };
        Get(reader, prefix + LengthsName, _rows).CopyTo(place.Lengths, 0);
        int count = bits[3];
        bool isWhole = bits[0] >= 0 && bits[1] >= 0 && bits[2] >= 0 && place.Lengths.All(length => length >= 0) && place.Lengths.Sum(length => (long)length) == count;
        if (isWhole && count > 0)
        {
            Get(reader, prefix + TokensName, count).CopyTo(place.Take(count));
            isWhole = place.Tokens.IndexOfAnyExceptInRange(0, _words - 1) < 0;
        }

        return isWhole ? place : throw new UserErrorException(ExitCode.Checkpoint, "The checkpoint's place in the data is damaged; go on from an older checkpoint.");
    }

    private static int[] Get(IStateReader reader, string name, int count)
    {
        int[] values = new int[count];
        reader.Read(name, values);
        return values;
    }

    private static string NameAndLength(string file)
    {
        var info = new FileInfo(file);
        return string.Create(CultureInfo.InvariantCulture, $"{info.Name} {(info.Exists ? info.Length : -1)}");
    }

    private static int[] Digest(string text) => [.. MemoryMarshal.Cast<byte, int>(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8))];
}
