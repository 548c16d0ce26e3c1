namespace Compression.Experiments.Tests.Options;

/// <summary>What a test of an option must know beyond its declaration.</summary>
internal sealed record OptionCase
{
    /// <summary>Other options without which it cannot act, as <c>name=value</c> parted by spaces.</summary>
    public string With { get; init; } = "";

    /// <summary>The value to set; null for one that its declaration yields.</summary>
    public string? Value { get; init; }

    /// <summary>Why it leaves no trace in a run of one process; then <see cref="Demand"/> is demanded.</summary>
    public string? Elsewhere { get; init; }

    /// <summary>What is demanded of the run with the option in place of other figures, files or lines.</summary>
    public Func<RunTrace, bool>? Demand { get; init; }

    /// <summary>Why it acts in the situation of <see cref="With"/> alone; elsewhere there is nothing for it to do.</summary>
    public string? When { get; init; }

    /// <summary>The companions one by one.</summary>
    public IEnumerable<KeyValuePair<string, string>> Companions => With.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => KeyValuePair.Create(pair[..pair.IndexOf('=', StringComparison.Ordinal)], pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]));
}
