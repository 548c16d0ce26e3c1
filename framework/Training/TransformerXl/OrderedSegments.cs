using Compression.Core.Reporting;
using Compression.Training.Data;

namespace Compression.Training.TransformerXl;

/// <summary>
/// A text laid out as B columns of R = ⌊length/B⌋ tokens and cut into segments, each with the extension before it that it reads again and
/// the targets that follow its tokens: the ordered iterator of Transformer-XL. Stateless, so that a resumed run starts at any segment.
/// </summary>
public sealed class OrderedSegments
{
    private const double ShortShare = 0.05, Deviation = 5;
    private const int ShortestSegment = 5, MostDeviations = 3;

    private readonly ReadOnlyMemory<int> _tokens;
    private readonly int _firstColumn;
    private readonly int _extension;
    private readonly int[] _starts;

    private OrderedSegments(ReadOnlyMemory<int> tokens, int rows, int firstColumn, int columns, int extension, int[] starts)
    {
        _tokens = tokens;
        _firstColumn = firstColumn;
        _extension = extension;
        _starts = starts;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>R, tokens in a column.</summary>
    public int Rows { get; }

    /// <summary>B, columns of this worker; 0 where an evaluation has fewer columns than ranks.</summary>
    public int Columns { get; }

    /// <summary>Segments a pass.</summary>
    public int Count => Columns == 0 ? 0 : _starts.Length - 1;

    /// <summary>Targets of a pass over these columns: (R−1)·B.</summary>
    public long Targets => (Rows - 1L) * Columns;

    /// <summary>Segments to train on: worker w of n takes the w-th contiguous ⌊tokens/n⌋ tokens.</summary>
    /// <param name="tokens">The train split.</param>
    /// <param name="worker">0 to n−1.</param>
    /// <param name="workers">n.</param>
    /// <param name="batchSize">B.</param>
    /// <param name="length">Targets of a segment and column.</param>
    /// <param name="extension">Tokens before a segment that it reads again; fewer at the start of the text.</param>
    /// <param name="variableSeed">Keys segments of varying length, the same for all workers; null for segments of one length.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: a column would have fewer than 2 tokens.</exception>
    public static OrderedSegments ForTraining(
        ReadOnlyMemory<int> tokens, int worker, int workers, int batchSize, int length, int extension = 0, ulong? variableSeed = null)
    {
        int share = tokens.Length / workers, rows = share / batchSize;
        RequireRows("train", tokens.Length, rows, share / 2, $"--batch_size {batchSize}", workers);
        return new OrderedSegments(
            tokens.Slice(worker * share, share), rows, 0, batchSize, extension,
            variableSeed is { } seed ? VaryingStarts(rows, length, seed) : EqualStarts(rows, length));
    }

    /// <summary>
    /// Segments to evaluate on: the columns of the one-rank layout dealt out as contiguous ranges. Columns do not depend on each other, so that
    /// the nats summed over ranks are those of one rank, target by target.
    /// </summary>
    /// <param name="split">For messages.</param>
    /// <param name="tokens">The split.</param>
    /// <param name="rank">0 to <paramref name="ranks"/>−1.</param>
    /// <param name="ranks">Those that share the columns.</param>
    /// <param name="batchSize">Columns of all ranks together.</param>
    /// <param name="length">Targets of a segment and column.</param>
    /// <param name="extension">As in training.</param>
    public static OrderedSegments ForEvaluation(
        string split, ReadOnlyMemory<int> tokens, int rank, int ranks, int batchSize, int length, int extension = 0)
    {
        int rows = tokens.Length / batchSize;
        RequireRows(split, tokens.Length, rows, tokens.Length / 2, $"--eval_batch_size {batchSize}", 1);
        int first = (int)((long)batchSize * rank / ranks), end = (int)((long)batchSize * (rank + 1) / ranks);
        return new OrderedSegments(tokens, rows, first, end - first, extension, EqualStarts(rows, length));
    }

    /// <summary>The same segments of a share of the columns, as even as possible: a chunk.</summary>
    /// <param name="part">0 to <paramref name="parts"/>−1.</param>
    /// <param name="parts">1 to <see cref="Columns"/>.</param>
    public OrderedSegments Part(int part, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts, Columns);
        int first = Columns * part / parts, end = Columns * (part + 1) / parts;
        return new OrderedSegments(_tokens, Rows, _firstColumn + first, end - first, _extension, _starts);
    }

    /// <summary>Targets of a column in a segment.</summary>
    public int LengthOf(int segment) => _starts[segment + 1] - _starts[segment];

    /// <summary>Targets of a column in all segments before one.</summary>
    public int LengthBefore(int segment) => _starts[segment];

    /// <summary>Writes a segment.</summary>
    /// <param name="segment">0 to <see cref="Count"/>−1.</param>
    /// <returns>Input [T + extension, B] and target [T, B], row-major.</returns>
    public (long[] Input, long[] Target) Read(int segment)
    {
        int start = _starts[segment], length = LengthOf(segment), before = Math.Min(_extension, start);
        long[] input = new long[(length + before) * Columns], target = new long[length * Columns];
        for (int b = 0; b < Columns; b++)
        {
            var column = _tokens.Span.Slice((_firstColumn + b) * Rows, Rows);
            for (int t = -before; t < length; t++)
            {
                input[((t + before) * Columns) + b] = column[start + t];
            }

            for (int t = 0; t < length; t++)
            {
                target[(t * Columns) + b] = column[start + t + 1];
            }
        }

        return (input, target);
    }

    private static int[] EqualStarts(int rows, int length)
    {
        int segments = (int)Math.Ceiling((rows - 1) / (double)length);
        return [.. Enumerable.Range(0, segments).Select(segment => segment * length), rows - 1];
    }

    // Lengths are normal around the mean, or, one in twenty, around half of it; within 5 and the mean plus three deviations.
    private static int[] VaryingStarts(int rows, int length, ulong seed)
    {
        var random = new SampleRandom(seed);
        var starts = new List<int> { 0 };
        for (int at = 0; at < rows - 1;)
        {
            double mean = random.NextUnit() < ShortShare ? length / 2.0 : length;
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextUnit())) * Math.Cos(2 * Math.PI * random.NextUnit());
            int longest = length + (MostDeviations * (int)Deviation);
            at = Math.Min(rows - 1, at + Math.Clamp((int)(mean + (Deviation * normal)), ShortestSegment, longest));
            starts.Add(at);
        }

        return [.. starts];
    }

    private static void RequireRows(string split, int tokens, int rows, int most, string option, int workers)
    {
        if (rows < 2)
        {
            throw new UserErrorException(
                ExitCode.Usage,
                $"{option}: the {split} split of {tokens} {Plural.Of(tokens, "token")}{(workers > 1 ? $" among {workers} {Plural.Of(workers, "worker")}" : "")} leaves fewer than 2 tokens a column; the largest that works is {most}.");
        }
    }
}
