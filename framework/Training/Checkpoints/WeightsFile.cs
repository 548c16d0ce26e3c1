using Compression.Core.Reporting;

namespace Compression.Training.Checkpoints;

/// <summary>Files of weights that options name; failures name the option.</summary>
public static class WeightsFile
{
    /// <summary>Opens one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shownAs">The option that led to it, and its value.</param>
    /// <param name="code">How the program ends where there is none, or it is damaged.</param>
    public static SafetensorsFile Open(string path, string shownAs, ExitCode code)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(code, $"{shownAs}: there is no such file.");
        }

        try
        {
            return SafetensorsFile.Open(path);
        }
        catch (SafetensorsException failure)
        {
            throw new UserErrorException(code, $"{shownAs}: {failure.Message}", failure);
        }
    }

    /// <summary>Writes one.</summary>
    /// <param name="path">The file; its folder is made where missing.</param>
    /// <param name="shownAs">What messages call it.</param>
    /// <param name="write">Writes it, given its full path.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Failure"/>: it cannot be written.</exception>
    public static void Write(string path, string shownAs, Action<string> write)
    {
        path = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            write(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Failure, $"{shownAs} {path}: {failure.Message}", failure);
        }
    }
}
