using Compression.Training.Data;

namespace Compression.Training.ModelParallel.Buckets;

/// <summary>
/// A text cut into sentences. Each token belongs to one sentence, the one that ends it included, and is predicted once: from the
/// <see cref="Vocabulary.EndOfLine"/> before the first and from the tokens before it.
/// </summary>
public sealed class SentenceText
{
    /// <summary>The id that fills up sentences; those of words are one higher than in the corpus.</summary>
    public const int Padding = 0;

    private readonly ReadOnlyMemory<int> _tokens;
    private readonly int[] _starts;
    private readonly int _opening;

    /// <param name="tokens">Ids of the corpus.</param>
    /// <param name="vocabulary">Its words; holds <see cref="Vocabulary.EndOfLine"/>.</param>
    /// <param name="end">What ends a sentence.</param>
    public SentenceText(ReadOnlyMemory<int> tokens, Vocabulary vocabulary, SentenceEnd end)
    {
        _tokens = tokens;
        if (!vocabulary.TryGetId(Vocabulary.EndOfLine, out int endOfLine))
        {
            throw new ArgumentException($"The vocabulary lacks {Vocabulary.EndOfLine}.", nameof(vocabulary));
        }

        Words = vocabulary.Count;
        _opening = endOfLine + 1;
        bool[] closes = [.. vocabulary.Words.Select(word => end == SentenceEnd.Period && word.EndsWith('.'))];
        var starts = new List<int> { 0 };
        var span = tokens.Span;
        for (int i = 0; i < span.Length - 1; i++)
        {
            if (span[i] == endOfLine || (closes[span[i]] && span[i + 1] != endOfLine))
            {
                starts.Add(i + 1);
            }
        }

        starts.Add(span.Length);
        _starts = [.. starts];
    }

    private SentenceText(SentenceText whole, int sentences)
    {
        _starts = whole._starts[..(sentences + 1)];
        _tokens = whole._tokens[.._starts[^1]];
        _opening = whole._opening;
        Words = whole.Words;
    }

    /// <summary>Words of the vocabulary, without the padding.</summary>
    public int Words { get; }

    /// <summary>Number of sentences.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>Number of tokens.</summary>
    public int Tokens => _tokens.Length;

    /// <summary>The text up to some sentence.</summary>
    /// <param name="sentences">How many; all of them where there are no more.</param>
    public SentenceText First(int sentences) => sentences >= Count ? this : new SentenceText(this, sentences);

    /// <summary>Tokens of a sentence, at least 1.</summary>
    public int Length(int sentence) => _starts[sentence + 1] - _starts[sentence];

    /// <summary>
    /// Writes a sentence as a column of a batch: what the model reads, and what follows each; <see cref="Padding"/> in both after its end.
    /// </summary>
    /// <param name="sentence">Which.</param>
    /// <param name="steps">T, at least the sentence's length.</param>
    /// <param name="column">Of the batch.</param>
    /// <param name="columns">B.</param>
    /// <param name="input">[T, B] ids, row-major.</param>
    /// <param name="target">[T, B] ids.</param>
    public void Fill(int sentence, int steps, int column, int columns, Span<long> input, Span<long> target)
    {
        var tokens = _tokens.Span[_starts[sentence].._starts[sentence + 1]];
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, tokens.Length);
        for (int t = 0, at = column; t < steps; t++, at += columns)
        {
            bool inside = t < tokens.Length;
            input[at] = !inside ? Padding : t == 0 ? _opening : tokens[t - 1] + 1;
            target[at] = inside ? tokens[t] + 1 : Padding;
        }
    }
}
