using Compression.Core.Reporting;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>A kind of picture.</summary>
/// <param name="name">As the command line names it.</param>
/// <param name="summary">What it shows, for help and reports.</param>
internal abstract class PlotKind(string name, string summary)
{
    /// <summary>As the command line names it.</summary>
    public string Name => name;

    /// <summary>What it shows.</summary>
    public string Summary => summary;

    /// <summary>Composes the picture; nothing is written yet.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: the runs do not hold what it takes; the message says what.</exception>
    public abstract Picture Compose(PlotInput input);

    /// <summary>The error of runs that do not hold what it takes.</summary>
    /// <param name="needs">Continues "it needs".</param>
    protected UserErrorException Refuse(string needs) => new(ExitCode.Usage, $"plot {Name}: it needs {needs}.");
}
