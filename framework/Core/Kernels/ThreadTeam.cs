using System.Runtime.CompilerServices;

namespace Compression.Core.Kernels;

/// <summary>
/// The threads that one rank's kernels share: the caller and, with more than one thread, helpers that wait for parts. Running a job
/// allocates nothing. One job runs at a time.
/// </summary>
public sealed unsafe class ThreadTeam : IDisposable
{
    // Helpers watch for the next job for some 30 microseconds before they sleep: kernels of one step follow each other closely, and
    // longer they would hold a processor that others need, such as libtorch's threads.
    private const int SpinIterations = 40;

    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim _wake = new(0);
    private delegate*<void*, int, void> _execute;
    private void* _job;
    private int _parts;
    private int _next;
    private int _busy;
    private volatile int _generation;
    private volatile bool _stopping;

    /// <param name="threads">Threads in all, at least 1.</param>
    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _helpers = new Thread[threads - 1];
        for (int i = 0; i < _helpers.Length; i++)
        {
            _helpers[i] = new Thread(Help, 256 * 1024) { IsBackground = true, Name = $"kernel {i + 1}" };
            _helpers[i].Start();
        }
    }

    /// <summary>A team of the calling thread alone.</summary>
    public static ThreadTeam Single { get; } = new(1);

    /// <summary>Threads in all.</summary>
    public int Threads { get; }

    /// <summary>Runs all parts and returns when they are done.</summary>
    /// <param name="job">A local variable: helpers write to it through its address.</param>
    /// <param name="parts">Number of parts.</param>
    public void Run<TJob>(ref TJob job, int parts)
        where TJob : struct, IKernelJob
    {
        if (_helpers.Length == 0 || parts <= 1)
        {
            for (int part = 0; part < parts; part++)
            {
                job.Execute(part);
            }

            return;
        }

        _execute = &Execute<TJob>;
        _job = Unsafe.AsPointer(ref job);
        _parts = parts;
        _next = 0;
        _busy = _helpers.Length;
        _generation++;
        _wake.Release(_helpers.Length);
        TakeParts();
        var spinner = default(SpinWait);
        while (Volatile.Read(ref _busy) != 0)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
        }
    }

    public void Dispose()
    {
        if (_helpers.Length == 0 || _stopping)
        {
            return;
        }

        _stopping = true;
        _wake.Release(_helpers.Length);
        foreach (var helper in _helpers)
        {
            helper.Join();
        }

        _wake.Dispose();
    }

    private static void Execute<TJob>(void* job, int part)
        where TJob : struct, IKernelJob => Unsafe.AsRef<TJob>(job).Execute(part);

    private void Help()
    {
        while (true)
        {
            int seen = _generation;
            for (int i = 0; i < SpinIterations && _generation == seen && _wake.CurrentCount == 0; i++)
            {
                Thread.SpinWait(20);
            }

            _wake.Wait();
            if (_stopping)
            {
                return;
            }

            TakeParts();
            Interlocked.Decrement(ref _busy);
        }
    }

    private void TakeParts()
    {
        for (int part = Interlocked.Increment(ref _next) - 1; part < _parts; part = Interlocked.Increment(ref _next) - 1)
        {
            _execute(_job, part);
        }
    }
}
