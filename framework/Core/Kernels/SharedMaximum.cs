namespace Compression.Core.Kernels;

/// <summary>A maximum that parts of a job raise together; the order in which they do makes no difference.</summary>
public static unsafe class SharedMaximum
{
    /// <summary><c>maximum = max(maximum, candidate)</c>, atomically.</summary>
    public static void Raise(uint* maximum, uint candidate)
    {
        uint seen = Volatile.Read(ref *maximum);
        while (candidate > seen)
        {
            uint before = Interlocked.CompareExchange(ref *maximum, candidate, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
