namespace Compression.Core.Catalog;

/// <summary>
/// How far an option's value binds: the other ranks, and the run that goes on from a checkpoint. An option that says nothing is a
/// <see cref="Result"/>: who adds one cannot forget it.
/// </summary>
public enum OptionScope
{
    /// <summary>Takes part in what comes out: the same on all ranks, kept in every checkpoint, and no other value may continue it.</summary>
    Result,

    /// <summary>How long, and how often: the same on all ranks; a resumed run may have another value, and says so.</summary>
    Run,

    /// <summary>Of a host and its user, such as folders, threads and reports: ranks and resumed runs may differ, and these say so.</summary>
    Host,

    /// <summary>What this call is to do: counts where it is given, and is never taken over from the run that is resumed.</summary>
    Call,
}
