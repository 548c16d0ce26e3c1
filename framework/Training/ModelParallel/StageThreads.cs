using System.Runtime.ExceptionServices;
using Compression.Core.Kernels;
using Compression.Torch.Kernels;

namespace Compression.Training.ModelParallel;

/// <summary>A thread for each stage of one process. They live as long as this object, as libtorch keeps threads of its own for each.</summary>
public sealed class StageThreads : IDisposable
{
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wake;
    private readonly CountdownEvent _running = new(1);
    private readonly StageMailbox _mailbox;
    private Action<int>? _work;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _stopping;

    /// <param name="stages">Number of threads.</param>
    /// <param name="threadsOfStage">Threads that each may compute with.</param>
    /// <param name="mailbox">Closed when a stage fails, so that the others do not wait for it.</param>
    public StageThreads(int stages, int threadsOfStage, StageMailbox mailbox)
    {
        _mailbox = mailbox;
        _wake = [.. Enumerable.Range(0, stages).Select(_ => new SemaphoreSlim(0))];
        _threads = [.. Enumerable.Range(0, stages).Select(stage => new Thread(() => Serve(stage, threadsOfStage)) { IsBackground = true, Name = $"stage {stage}" })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Runs work as each stage at once, and waits for all.</summary>
    /// <param name="work">Given the stage; what the first one throws is thrown here, and ends all.</param>
    public void Run(Action<int> work)
    {
        _work = work;
        _running.Reset(_threads.Length);
        foreach (var wake in _wake)
        {
            wake.Release();
        }

        _running.Wait();
        _failure?.Throw();
    }

    public void Dispose()
    {
        _stopping = true;
        for (int stage = 0; stage < _threads.Length; stage++)
        {
            _wake[stage].Release();
            _threads[stage].Join();
            _wake[stage].Dispose();
        }

        _running.Dispose();
    }

    private void Serve(int stage, int threadsOfStage)
    {
        using var team = new ThreadTeam(threadsOfStage);
        using var threads = KernelThreads.Use(team);
        while (true)
        {
            _wake[stage].Wait();
            if (_stopping)
            {
                return;
            }

            try
            {
                _work!(stage);
            }
#pragma warning disable CA1031 // It is thrown again by Run, on the thread that trains.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                // Before the mailbox closes: what that makes others throw is not the cause.
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
                _mailbox.Close();
            }

            _running.Signal();
        }
    }
}
