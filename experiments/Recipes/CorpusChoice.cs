using Compression.Experiments.Cli;
using Compression.Training.Data;

namespace Compression.Experiments.Recipes;

/// <summary>Finds and reads the corpus that <c>--data</c> means.</summary>
internal static class CorpusChoice
{
    /// <summary>Reads it.</summary>
    /// <returns>The corpus, and the value of <c>--data</c> that means the same from any folder.</returns>
    /// <exception cref="Core.Reporting.UserErrorException">It is missing or not usable.</exception>
    public static (Corpus Corpus, string Data) Load(string data, CommandEnvironment environment)
    {
        var location = Find(data, environment);
        return (environment.LoadCorpus(location), location.Folder ?? CorpusLocation.SampleName);
    }

    /// <summary>True if <c>--data</c> means the generated corpus.</summary>
    /// <exception cref="Core.Reporting.UserErrorException">It means nothing.</exception>
    public static bool IsSample(string data, CommandEnvironment environment) => Find(data, environment).Folder is null;

    /// <summary>Where corpora are looked for.</summary>
    public static CorpusPlaces Places(CommandEnvironment environment) => new(environment.CallerFolder, environment.RepositoryRoot, environment.Datasets);

    private static CorpusLocation Find(string data, CommandEnvironment environment)
    {
        var location = CorpusLocation.Find(data.Length == 0 ? null : data, Places(environment));
        return location with { Reason = ProgramName.AddTo(location.Reason) };
    }
}
