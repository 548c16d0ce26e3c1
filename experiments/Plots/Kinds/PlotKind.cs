using Compression.Core.Reporting;
using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>A kind of picture.</summary>
internal abstract class PlotKind
{
    /// <summary>As the command line names it.</summary>
    public abstract string Name { get; }

    /// <summary>What it shows, for help and reports.</summary>
    public abstract string Summary { get; }

    /// <summary>Composes the picture; nothing is written yet.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: the runs do not hold what it takes; the message says what.</exception>
    public abstract Picture Compose(PlotInput input);

    /// <summary>The error of runs that do not hold what it takes.</summary>
    /// <param name="needs">Continues "it needs".</param>
    protected UserErrorException Refuse(string needs) => new(ExitCode.Usage, $"plot {Name}: it needs {needs}.");

    /// <summary>The file that a plot command reads, past its header.</summary>
    protected string Source => $"'{Name}.csv' skip 1";

    /// <summary>Labels of rows from the top down, series by series.</summary>
    protected static string RowLabels(IReadOnlyList<RunSeries> series) =>
        $"set ytics ({string.Join(", ", series.Select((one, row) => $"{GnuplotText.Quote(one.Label)} {row}"))}) scale 0";
}
