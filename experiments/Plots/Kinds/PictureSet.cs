using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Runs that were read, and the pictures that they allow.</summary>
/// <param name="Input">What pictures are made from.</param>
/// <param name="Pictures">In the order of the kinds.</param>
/// <param name="Notes">One line for each thing that is missing, and for each kind that cannot be drawn, with the reason.</param>
internal sealed record PictureSet(PlotInput Input, IReadOnlyList<Picture> Pictures, IReadOnlyList<string> Notes)
{
    /// <summary>Reads runs and composes pictures; nothing is written yet.</summary>
    /// <param name="kinds">One that cannot be drawn is noted where there are several.</param>
    /// <param name="folders">As the user wrote them.</param>
    /// <param name="options">The user's choices.</param>
    /// <param name="environment">Where relative paths start.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: no runs, or the only kind cannot be drawn.</exception>
    public static PictureSet Compose(IReadOnlyList<PlotKind> kinds, IReadOnlyList<string> folders, PictureOptions options, CommandEnvironment environment)
    {
        _ = LinkRates.ParseList(options.Rates);
        var notes = new List<string>();
        var input = new PlotInput(SeriesGrouping.Group(RunFolders.Read(folders, environment, notes)), options);
        var pictures = new List<Picture>();
        foreach (var kind in kinds)
        {
            try
            {
                pictures.Add(kind.Compose(input));
            }
            catch (UserErrorException reason) when (kinds.Count > 1)
            {
                notes.Add($"not drawn: {reason.Message}");
            }
        }

        return new PictureSet(input, pictures, notes);
    }

    /// <summary>Draws all of them into a folder.</summary>
    public void Draw(string folder)
    {
        foreach (var picture in Pictures)
        {
            PictureFiles.Write(picture, folder);
        }
    }
}
