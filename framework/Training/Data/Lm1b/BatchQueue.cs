using System.Runtime.ExceptionServices;

namespace Compression.Training.Data.Lm1b;

/// <summary>
/// A thread that makes batches ahead of their use, at most as many as the queue holds. All memory is the queue's from the start. What goes wrong in the
/// thread is thrown where the batch would have been taken.
/// </summary>
internal sealed class BatchQueue : IDisposable
{
    private readonly SentenceRows _rows;
    private readonly Entry[] _entries;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private long _made, _taken;
    private bool _ended, _stops;
    private ExceptionDispatchInfo? _failure;

    /// <param name="rows">Makes the batches; this thread's alone until <see cref="Dispose"/>.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="batchSize">B.</param>
    /// <param name="ahead">Batches made ahead, at least 1.</param>
    public BatchQueue(SentenceRows rows, int timeSteps, int batchSize, int ahead)
    {
        _rows = rows;
        _entries = [.. Enumerable.Range(0, ahead).Select(_ => new Entry(new SentenceBatch(timeSteps, batchSize), new RowsPlace(batchSize)))];
        _thread = new Thread(Make) { IsBackground = true, Name = "sentence batches" };
        _thread.Start();
    }

    /// <summary>Copies the next batch.</summary>
    /// <param name="batch">Receives it.</param>
    /// <param name="place">Where the rows stand after it; exchanged for one that the queue may write to.</param>
    /// <returns>False at the end.</returns>
    public bool Take(SentenceBatch batch, ref RowsPlace place)
    {
        Entry entry;
        lock (_gate)
        {
            while (_made == _taken && !_ended)
            {
                Monitor.Wait(_gate);
            }

            if (_made == _taken)
            {
                _failure?.Throw();
                return false;
            }

            entry = _entries[_taken % _entries.Length];
        }

        batch.CopyFrom(entry.Batch);
        (place, entry.Place) = (entry.Place, place);
        lock (_gate)
        {
            _taken++;
            Monitor.PulseAll(_gate);
        }

        return true;
    }

    /// <summary>Ends the thread, and waits for it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stops = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
    }

    private void Make()
    {
        try
        {
            for (bool more = true; more && WaitForRoom();)
            {
                var entry = _entries[_made % _entries.Length];
                more = _rows.Fill(entry.Batch);
                if (more)
                {
                    _rows.Note(entry.Place);
                    Publish();
                }
            }
        }
#pragma warning disable CA1031 // Whatever it is, the consumer gets it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
        }

        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }

    private bool WaitForRoom()
    {
        lock (_gate)
        {
            while (_made - _taken == _entries.Length && !_stops)
            {
                Monitor.Wait(_gate);
            }

            return !_stops;
        }
    }

    private void Publish()
    {
        lock (_gate)
        {
            _made++;
            Monitor.PulseAll(_gate);
        }
    }

    private sealed class Entry(SentenceBatch batch, RowsPlace place)
    {
        public SentenceBatch Batch { get; } = batch;

        public RowsPlace Place { get; set; } = place;
    }
}
