namespace Compression.Core.Communication;

/// <summary>An exchange that ended when it was started.</summary>
public sealed class CompletedExchange : IPendingExchange
{
    private CompletedExchange()
    {
    }

    /// <summary>The only one; it has no state.</summary>
    public static CompletedExchange Instance { get; } = new();

    public bool Poll() => true;

    public void Wait()
    {
    }
}
