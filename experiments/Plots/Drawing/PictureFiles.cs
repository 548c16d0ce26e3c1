using Compression.Core.Reporting;
using Compression.Experiments.Plots.Pictures;
using Compression.Tracking.Files;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>The four files of a picture: PNG, SVG, its data as CSV, and a script for matplotlib that draws them.</summary>
internal static class PictureFiles
{
    /// <summary>Draws a picture into a folder.</summary>
    /// <exception cref="UserErrorException">The folder cannot be written.</exception>
    public static void Write(Picture picture, string folder)
    {
        using var drawing = new PictureDrawing(picture);
        byte[] png = drawing.Png();
        string svg = drawing.Svg();
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, picture.Name + ".csv"), picture.Data.ToCsv());
            File.WriteAllText(Path.Combine(folder, picture.Name + ".py"), MatplotlibScript.Of(picture));
            File.WriteAllBytes(Path.Combine(folder, picture.Name + ".png"), png);
            File.WriteAllText(Path.Combine(folder, picture.Name + ".svg"), svg);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Failure, $"--out {folder}: cannot be written ({WriteFailure.OneLine(cause.Message)}); choose another --out.", cause);
        }
    }
}
