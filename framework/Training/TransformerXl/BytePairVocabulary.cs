using System.Globalization;
using Compression.Training.Data;
using Microsoft.ML.Tokenizers;

namespace Compression.Training.TransformerXl;

/// <summary>
/// The 50,257 pieces of GPT-2's byte-pair encoding (Radford and others 2019), with its ids. A text is encoded as it stands, with its line ends, and
/// closed by <c>&lt;|endoftext|&gt;</c>, the last id. Pieces may end within a character, so the vocabulary names them by number.
/// </summary>
internal sealed class BytePairVocabulary : Vocabulary
{
    /// <summary>Pieces.</summary>
    public const int Size = 50_257;

    // Characters that are encoded at once.
    private const int Chunk = 1 << 20;

    private readonly TiktokenTokenizer _pieces = TiktokenTokenizer.CreateForModel("gpt2");

    public BytePairVocabulary()
    {
        for (int id = 0; id < Size; id++)
        {
            GetOrAdd(string.Create(CultureInfo.InvariantCulture, $"gpt2:{id}"));
        }
    }

    /// <summary>Reads texts.</summary>
    /// <param name="paths">Train, valid and test.</param>
    /// <exception cref="Core.Reporting.UserErrorException">A file is no UTF-8 text, or empty.</exception>
    public static TokenizedText Tokenize(IReadOnlyList<string> paths)
    {
        var vocabulary = new BytePairVocabulary();
        byte[][] files = [.. paths.Select(File.ReadAllBytes)];
        return new TokenizedText(
            vocabulary, [.. paths.Zip(files, vocabulary.Tokenize)], [.. files.Select(bytes => TextOddities.Of(bytes, EndOfLineUtf8))]);
    }

    public override int[] Encode(string text) => [.. _pieces.EncodeToIds(text)];

    public override string Decode(ReadOnlySpan<int> tokens) => _pieces.Decode(tokens.ToArray());

    private int[] Tokenize(string path, byte[] bytes)
    {
        var rest = LineTokenizer.Decode(path, bytes);
        if (rest.IsWhiteSpace())
        {
            throw LineTokenizer.WithoutWords(path);
        }

        var tokens = new List<int>(rest.Length / 4);
        while (!rest.IsEmpty)
        {
            // No piece goes from a word into the white space behind it.
            int end = Math.Min(Chunk, rest.Length);
            while (end < rest.Length && !(char.IsWhiteSpace(rest[end]) && !char.IsWhiteSpace(rest[end - 1])))
            {
                end++;
            }

            tokens.AddRange(_pieces.EncodeToIds(rest[..end]));
            rest = rest[end..];
        }

        tokens.Add(Size - 1);
        return [.. tokens];
    }
}
