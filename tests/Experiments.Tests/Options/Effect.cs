namespace Compression.Experiments.Tests.Options;

/// <summary>What became of an option.</summary>
internal enum Effect
{
    /// <summary>Other figures, files or lines.</summary>
    Acts,

    /// <summary>An error that names it.</summary>
    Refused,

    /// <summary>A warning that it has no effect.</summary>
    Noted,

    /// <summary>Nothing, or an error that names something else.</summary>
    Silent,
}

/// <summary>Finds out.</summary>
internal static class Effects
{
    /// <summary>The effect of an option, by the same run without it.</summary>
    public static Effect Of(string option, RunTrace without, RunTrace with)
    {
        bool acts = !without.EvidenceBut(option).SequenceEqual(with.EvidenceBut(option)), noted = with.WarningsOn(option).Any();
        return with.Code != without.Code && with.Code is 2 or 3 ? (with.ErrorNames(option) ? Effect.Refused : Effect.Silent)
            : acts && !with.WarningsOn(option).Any(line => line.Contains("no effect", StringComparison.Ordinal)) ? Effect.Acts
            : noted && !acts ? Effect.Noted
            : Effect.Silent;
    }
}
