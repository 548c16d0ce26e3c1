using Compression.Core.Contracts;
using Compression.Core.Reporting;

namespace Compression.Training.Data.Lm1b;

/// <summary>
/// Batches of sentences. Every row of a batch reads on where it stood in the batch before, and takes the next sentence when its own has ended: a sentence
/// <c>w1 … wn</c> is read as <c>&lt;S&gt; w1 … wn</c>, and its targets are <c>w1 … wn &lt;S&gt;</c>. A thread makes some batches ahead.
/// </summary>
public sealed class SentenceBatches : IDisposable
{
    // Some batches of 128 × 20 cover the reading of a shard of 40 MB.
    private const int Ahead = 16;

    private readonly SentenceRows _rows;
    private readonly BatchIdentity _identity;
    private readonly int _batchSize, _timeSteps;
    private RowsPlace _place;
    private BatchQueue? _queue;
    private bool _ended;

    private SentenceBatches(WordVocabulary vocabulary, IReadOnlyList<string> files, int batchSize, int timeSteps, ulong? seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeSteps, 1);
        _rows = new SentenceRows(vocabulary, new SentenceStream(files, seed), batchSize);
        _identity = new BatchIdentity(vocabulary, files, batchSize, seed);
        _batchSize = batchSize;
        _timeSteps = timeSteps;
        _place = new RowsPlace(batchSize);
    }

    /// <summary>Batches without end for training. Each pass takes the shards, and the sentences of each, in an order of its own.</summary>
    /// <param name="vocabulary">Of the ids.</param>
    /// <param name="files">This worker's shards, from <see cref="ShardFolder.For"/>.</param>
    /// <param name="batchSize">B, rows.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="seed">Of all orders.</param>
    public static SentenceBatches Forever(WordVocabulary vocabulary, IReadOnlyList<string> files, int batchSize, int timeSteps, ulong seed) =>
        new(vocabulary, files, batchSize, timeSteps, seed);

    /// <summary>Batches of one pass in order, for evaluation. At the end rows without a sentence have weight 0 until all have ended.</summary>
    /// <param name="vocabulary">Of the ids.</param>
    /// <param name="files">Shards.</param>
    /// <param name="batchSize">B, rows.</param>
    /// <param name="timeSteps">T.</param>
    public static SentenceBatches Once(WordVocabulary vocabulary, IReadOnlyList<string> files, int batchSize, int timeSteps) =>
        new(vocabulary, files, batchSize, timeSteps, null);

    /// <summary>Copies the next batch into the caller's; allocates nothing once all sizes have been met.</summary>
    /// <param name="batch">Of the same T and B.</param>
    /// <returns>False, with the batch untouched, at the end of one pass.</returns>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: a shard cannot be read, is not UTF-8, or has no sentence.</exception>
    public bool Next(SentenceBatch batch)
    {
        if (batch.BatchSize != _batchSize || batch.TimeSteps != _timeSteps)
        {
            throw new ArgumentException($"A batch of {_timeSteps} × {_batchSize} is needed, not {batch.TimeSteps} × {batch.BatchSize}.", nameof(batch));
        }

        if (_ended)
        {
            return false;
        }

        _queue ??= new BatchQueue(_rows, _timeSteps, _batchSize, Ahead);
        _ended = !_queue.Take(batch, ref _place);
        return !_ended;
    }

    /// <summary>Stores the place after the last batch that was taken.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="prefix">What the names begin with, for example <c>worker-0/data/</c>.</param>
    public void Save(IStateWriter writer, string prefix) => _identity.Write(writer, prefix, _place);

    /// <summary>Goes on from a stored place: the batches that follow are those that followed there.</summary>
    /// <param name="reader">Gives it back.</param>
    /// <param name="prefix">As in <see cref="Save"/>.</param>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Checkpoint"/>: the place is one in other shards, or of another vocabulary, batch size or seed; or it is damaged.
    /// </exception>
    public void Load(IStateReader reader, string prefix)
    {
        _queue?.Dispose();
        _queue = null;
        _ended = false;
        _place = _identity.Read(reader, prefix);
        _rows.GoTo(_place);
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        _queue?.Dispose();
        _queue = null;
        _ended = true;
    }
}
