namespace Compression.Core.Communication;

/// <summary>An exchange that was started and goes on by itself.</summary>
public interface IPendingExchange
{
    /// <summary>True once the result is there; lets the exchange progress.</summary>
    bool Poll();

    /// <summary>Blocks until the result is there.</summary>
    void Wait();
}
