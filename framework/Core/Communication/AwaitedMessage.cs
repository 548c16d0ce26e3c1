namespace Compression.Core.Communication;

/// <summary>A message of a virtual worker that is taken from its mailbox once it lies there.</summary>
/// <param name="isHere">Whether it does.</param>
/// <param name="take">Takes it, and waits for it where it does not.</param>
internal sealed class AwaitedMessage(Func<bool> isHere, Action take) : IPendingExchange
{
    private bool _taken;

    public bool Poll()
    {
        if (!_taken && isHere())
        {
            Wait();
        }

        return _taken;
    }

    public void Wait()
    {
        if (!_taken)
        {
            take();
            _taken = true;
        }
    }
}
