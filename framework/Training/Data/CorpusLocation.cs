using Compression.Core.Reporting;

namespace Compression.Training.Data;

/// <summary>Decides which corpus a run reads, and says why.</summary>
/// <param name="Folder">The folder with the three files; null for the embedded sample.</param>
/// <param name="Reason">Why this one, for the log.</param>
public sealed record CorpusLocation(string? Folder, string Reason)
{
    /// <summary><c>--data sample</c> asks for the embedded corpus by name.</summary>
    public const string SampleName = "sample";

    /// <summary>Finds the corpus of a run; reads nothing but the folders.</summary>
    /// <param name="data">What <c>--data</c> says; null where it is not given.</param>
    /// <param name="places">Where to look.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: <paramref name="data"/> holds no corpus.</exception>
    public static CorpusLocation Find(string? data, CorpusPlaces places)
    {
        places = places with
        {
            Datasets = string.IsNullOrEmpty(places.Datasets) ? null : Path.GetFullPath(places.Datasets, places.Caller),
        };
        return data is null ? FindDefault(places) : FindNamed(data, places);
    }

    /// <summary>Reads the corpus; <see cref="Reason"/> becomes part of its description.</summary>
    public Corpus Load()
    {
        var corpus = Folder is null ? SampleCorpus.Load() : PtbCorpus.Load(Folder);
        return corpus with { Description = $"{corpus.Description} ({Reason})" };
    }

    private static CorpusLocation FindDefault(CorpusPlaces places)
    {
        string repository = Path.Combine(places.Repository, "datasets", "ptb");
        if (places.Datasets is not null)
        {
            string folder = Path.Combine(places.Datasets, "ptb");
            if (PtbCorpus.HoldsAny(folder))
            {
                return new CorpusLocation(folder, "found where COMPRESSION_DATA points");
            }
        }

        if (PtbCorpus.HoldsAny(repository))
        {
            return new CorpusLocation(repository, "found in the repository");
        }

        string looked = places.Datasets is null ? "COMPRESSION_DATA is not set" : "COMPRESSION_DATA holds no ptb folder with the corpus";
        return new CorpusLocation(null, $"chosen because {looked} and datasets/ptb is empty; get PTB with `data ptb`");
    }

    private static CorpusLocation FindNamed(string data, CorpusPlaces places)
    {
        var candidates = Candidates(data, places).ToList();
        foreach (var candidate in candidates)
        {
            if (PtbCorpus.HoldsAny(candidate.Folder!))
            {
                return candidate;
            }
        }

        if (data == SampleName)
        {
            return new CorpusLocation(null, "asked for by --data");
        }

        string looked = string.Join(", ", candidates.Select(candidate => candidate.Folder).Distinct());
        throw new UserErrorException(
            ExitCode.Environment,
            $"--data {data}: no {PtbCorpus.TrainFile} there (looked in {looked}); get the corpus with `data ptb`");
    }

    /// <summary>
    /// The caller's folder first, then the repository. A path such as <c>../datasets/ptb</c> comes from a folder inside the
    /// repository, so its leading <c>..</c> do not climb above the root; and <c>datasets/</c> may stand elsewhere.
    /// </summary>
    private static IEnumerable<CorpusLocation> Candidates(string data, CorpusPlaces places)
    {
        yield return new CorpusLocation(Path.GetFullPath(data, places.Caller), "named by --data");
        if (Path.IsPathRooted(data))
        {
            yield break;
        }

        yield return new CorpusLocation(Path.GetFullPath(data, places.Repository), "named by --data, seen from the repository");

        string[] parts = [.. data.Split('/', '\\').SkipWhile(part => part is "." or ".." or "")];
        if (parts.Length == 0)
        {
            yield break;
        }

        yield return new CorpusLocation(
            Path.GetFullPath(Path.Combine(parts), places.Repository), "named by --data, seen from a folder of the repository");
        if (places.Datasets is not null && parts.Length > 1 && parts[0] == "datasets")
        {
            yield return new CorpusLocation(
                Path.GetFullPath(Path.Combine(parts[1..]), places.Datasets), "named by --data, found where COMPRESSION_DATA points");
        }
    }
}

/// <summary>The folders that corpora are looked for in.</summary>
/// <param name="Caller">The folder that the command was called from; a full path.</param>
/// <param name="Repository">The root of the repository; a full path.</param>
/// <param name="Datasets">What the environment variable COMPRESSION_DATA names; null or empty where it is not set.</param>
public sealed record CorpusPlaces(string Caller, string Repository, string? Datasets);
