using Compression.Core.Reporting;

namespace Compression.Training.Ptb;

/// <summary>
/// Cuts a token stream into truncated-BPTT batches: the stream is laid out as B columns of R = ⌊length/B⌋ tokens, column b holding
/// tokens [bR, (b+1)R); step s reads rows [s·bptt, s·bptt + T) of all columns, T = bptt or fewer in the last step, and predicts the
/// row after each. Stateless, so that a resumed run starts at any step. (The layout of PyTorch's word_language_model example.)
/// </summary>
public sealed class ColumnBatches
{
    private readonly ReadOnlyMemory<int> _tokens;
    private readonly int _firstColumn;
    private readonly int _bptt;

    private ColumnBatches(ReadOnlyMemory<int> tokens, int rows, int firstColumn, int columns, int bptt)
    {
        _tokens = tokens;
        _firstColumn = firstColumn;
        _bptt = bptt;
        Rows = rows;
        Columns = columns;
        Steps = columns == 0 ? 0 : (int)Math.Ceiling((rows - 1) / (double)bptt);
    }

    /// <summary>R, tokens in a column; at least 2.</summary>
    public int Rows { get; }

    /// <summary>B, columns of this worker; 0 where an evaluation has fewer columns than ranks.</summary>
    public int Columns { get; }

    /// <summary>Steps an epoch.</summary>
    public int Steps { get; }

    /// <summary>Targets an epoch: (R−1)·B.</summary>
    public long Targets => (Rows - 1L) * Columns;

    /// <summary>Elements of the largest batch.</summary>
    public int MaxBatchElements => Math.Min(_bptt, Rows - 1) * Columns;

    /// <summary>Training batches: worker w of n takes the w-th contiguous ⌊tokens/n⌋ tokens, and all columns of them.</summary>
    /// <param name="tokens">The train split.</param>
    /// <param name="worker">0 to n−1.</param>
    /// <param name="workers">n, at least 1.</param>
    /// <param name="batchSize">B, at least 1.</param>
    /// <param name="bptt">Rows a batch, at least 1.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: a column would have fewer than 2 tokens.</exception>
    public static ColumnBatches ForTraining(ReadOnlyMemory<int> tokens, int worker, int workers, int batchSize, int bptt)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(worker);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(worker, workers);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(bptt, 1);
        int share = tokens.Length / workers;
        int rows = share / batchSize;
        if (rows < 2)
        {
            throw TooFewTokens("train", tokens.Length, workers, batchSize, "--batch_size");
        }

        return new ColumnBatches(tokens.Slice(worker * share, share), rows, 0, batchSize, bptt);
    }

    /// <summary>
    /// Evaluation batches: the columns of the one-rank layout dealt out as contiguous ranges. Columns do not depend on each other,
    /// so that the nats summed over ranks are those of one rank, target by target.
    /// </summary>
    /// <param name="split">Name of the split, for messages: <c>valid</c> or <c>test</c>.</param>
    /// <param name="tokens">The split.</param>
    /// <param name="rank">0 to <paramref name="ranks"/>−1.</param>
    /// <param name="ranks">At least 1; with more ranks than columns some have none.</param>
    /// <param name="batchSize">Columns of all ranks together, at least 1.</param>
    /// <param name="bptt">Rows a batch, at least 1.</param>
    /// <param name="batchSizeOption">The option's name, for messages: <c>--eval_batch_size</c> or <c>--test_batch_size</c>.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: a column would have fewer than 2 tokens.</exception>
    public static ColumnBatches ForEvaluation(
        string split, ReadOnlyMemory<int> tokens, int rank, int ranks, int batchSize, int bptt, string batchSizeOption)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ranks, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, ranks);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(bptt, 1);
        int rows = tokens.Length / batchSize;
        if (rows < 2)
        {
            throw TooFewTokens(split, tokens.Length, 1, batchSize, batchSizeOption);
        }

        int first = (int)((long)batchSize * rank / ranks);
        int end = (int)((long)batchSize * (rank + 1) / ranks);
        return new ColumnBatches(tokens, rows, first, end - first, bptt);
    }

    /// <summary>The same text with a share of the columns, as even as possible: a micro-batch.</summary>
    /// <param name="part">0 to <paramref name="parts"/>−1.</param>
    /// <param name="parts">1 to <see cref="Columns"/>.</param>
    public ColumnBatches Part(int part, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts, Columns);
        int first = Columns * part / parts, end = Columns * (part + 1) / parts;
        return new ColumnBatches(_tokens, Rows, _firstColumn + first, end - first, _bptt);
    }

    /// <summary>T of a step: bptt, or what is left in the last.</summary>
    /// <param name="step">0 to <see cref="Steps"/>−1.</param>
    public int TimeSteps(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, Steps);
        return (int)Math.Min(_bptt, Rows - 1L - ((long)step * _bptt));
    }

    /// <summary>Writes the batch of a step; allocates nothing.</summary>
    /// <param name="step">0 to <see cref="Steps"/>−1.</param>
    /// <param name="input">Receives [T, B] token ids, row-major; may be longer.</param>
    /// <param name="target">Receives the [T, B] ids that follow them.</param>
    /// <returns>T.</returns>
    public int Fill(int step, Span<long> input, Span<long> target)
    {
        int timeSteps = TimeSteps(step);
        input = input[..(timeSteps * Columns)];
        target = target[..input.Length];
        int firstRow = step * _bptt;
        for (int b = 0; b < Columns; b++)
        {
            var column = _tokens.Span.Slice(((_firstColumn + b) * Rows) + firstRow, timeSteps + 1);
            for (int t = 0, at = b; t < timeSteps; t++, at += Columns)
            {
                input[at] = column[t];
                target[at] = column[t + 1];
            }
        }

        return timeSteps;
    }

    private static UserErrorException TooFewTokens(string split, int tokens, int workers, int batchSize, string option)
    {
        int largest = tokens / workers / 2;
        string among = workers == 1 ? "" : $" among {workers} {Plural.Of(workers, "worker")}";
        string cure = largest >= 1
            ? $"the largest {option} that works is {largest}"
            : $"even {option} 1 does not work; the most workers that do are {tokens / 2}";
        return new UserErrorException(
            ExitCode.Usage,
            $"{option} {batchSize}: the {split} split of {tokens} {Plural.Of(tokens, "token")}{among} leaves fewer than 2 tokens a column; {cure}");
    }
}
