namespace Compression.Torch.Kernels;

/// <summary>
/// Where the parts of one job wait for each other. There must be no more parts than threads: each then has a thread of its own, since it
/// holds that thread until the last part has come.
/// </summary>
internal struct TeamBarrier
{
    // The others are some microseconds away; beyond this a waiting thread hands its processor on.
    private const int Spins = 4000;

    private readonly int _parts;
    private int _missing;
    private volatile int _round;

    /// <param name="parts">Of the job.</param>
    internal TeamBarrier(int parts) => (_parts, _missing) = (parts, parts);

    /// <summary>Returns when all parts have called it as often.</summary>
    internal void Wait()
    {
        int round = _round;
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            _missing = _parts;
            _round = round + 1;
            return;
        }

        for (int i = 0; _round == round; i++)
        {
            if (i < Spins)
            {
                Thread.SpinWait(1);
            }
            else
            {
                Thread.Yield();
            }
        }
    }
}
