using Compression.Core.Reporting;
using Compression.Training.Data;

namespace Compression.Training.Tests.Data;

[Seeded]
public sealed class CorpusLocationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void By_default_the_environment_comes_first_then_the_repository_then_the_sample()
    {
        Assert.Null(CorpusLocation.Find(null, Places()).Folder);
        Assert.Contains("`data ptb", CorpusLocation.Find(null, Places()).Reason, StringComparison.Ordinal);

        string inRepository = WriteCorpus("repository/datasets/ptb");
        Assert.Equal(inRepository, CorpusLocation.Find(null, Places()).Folder);

        string inEnvironment = WriteCorpus("elsewhere/ptb");
        Assert.Equal(inEnvironment, CorpusLocation.Find(null, Places()).Folder);
        Assert.Equal(inRepository, CorpusLocation.Find(null, Places() with { Datasets = null }).Folder);
        Assert.Equal(inRepository, CorpusLocation.Find(null, new CorpusPlaces(_folder.Path, _folder["repository"], "")).Folder);
    }

    [Fact]
    public void A_default_folder_with_only_a_readme_holds_no_corpus()
    {
        Directory.CreateDirectory(_folder["repository/datasets/ptb"]);
        File.WriteAllText(_folder["repository/datasets/ptb/README.md"], "how to get it");
        Assert.Null(CorpusLocation.Find(null, Places()).Folder);
    }

    [Fact]
    public void A_default_folder_that_lacks_one_file_is_an_error_and_no_silent_sample()
    {
        File.Delete(Path.Combine(WriteCorpus("repository/datasets/ptb"), "ptb.test.txt"));
        UserErrors.Expect(ExitCode.Environment, () => CorpusLocation.Find(null, Places()).Load(), "ptb.test.txt");
    }

    [Fact]
    public void A_relative_path_is_seen_from_the_caller_then_from_the_repository()
    {
        string inRepository = WriteCorpus("repository/datasets/ptb");
        Assert.Equal(inRepository, CorpusLocation.Find("datasets/ptb", Places()).Folder);
        string atCaller = WriteCorpus("caller/datasets/ptb");
        Assert.Equal(atCaller, CorpusLocation.Find("datasets/ptb", Places()).Folder);
    }

    [Fact]
    public void A_path_from_a_folder_of_the_repository_works_from_its_root_and_from_anywhere()
    {
        string inRepository = WriteCorpus("repository/datasets/ptb");
        Assert.Equal(inRepository, CorpusLocation.Find("../datasets/ptb", Places()).Folder);
        Assert.Equal(inRepository, CorpusLocation.Find("../datasets/ptb", Places() with { Caller = _folder["repository/experiments"] }).Folder);
    }

    [Fact]
    public void A_path_below_datasets_may_stand_where_the_environment_points()
    {
        string elsewhere = WriteCorpus("elsewhere/ptb");
        Assert.Equal(elsewhere, CorpusLocation.Find("../datasets/ptb", Places()).Folder);
    }

    [Fact]
    public void A_full_path_is_taken_as_it_is_and_nothing_else()
    {
        WriteCorpus("repository/datasets/ptb");
        string full = WriteCorpus("own");
        Assert.Equal(full, CorpusLocation.Find(full, Places()).Folder);
        UserErrors.Expect(ExitCode.Environment, () => CorpusLocation.Find(_folder["datasets/ptb"], Places()), _folder["datasets/ptb"]);
    }

    [Fact]
    public void A_named_folder_without_a_corpus_is_an_error_that_lists_where_was_looked() =>
        UserErrors.Expect(
            ExitCode.Environment, () => CorpusLocation.Find("no/such", Places()),
            "--data no/such", _folder["caller/no/such"], _folder["repository/no/such"], "`data ptb");

    [Fact]
    public void The_sample_can_be_asked_for_by_name_unless_a_folder_has_it()
    {
        WriteCorpus("elsewhere/ptb");
        Assert.Null(CorpusLocation.Find("sample", Places()).Folder);
        string folder = WriteCorpus("caller/sample");
        Assert.Equal(folder, CorpusLocation.Find("sample", Places()).Folder);
    }

    [Fact]
    public void The_description_says_which_and_why()
    {
        string folder = WriteCorpus("repository/datasets/ptb");
        string description = CorpusLocation.Find(null, Places()).Load().Description;
        Assert.Contains(folder, description, StringComparison.Ordinal);
        Assert.Contains("found in the repository", description, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private CorpusPlaces Places() => new(_folder["caller"], _folder["repository"], _folder["elsewhere"]);

    private string WriteCorpus(string folder)
    {
        string full = _folder[folder];
        Directory.CreateDirectory(full);
        foreach (string name in PtbCorpus.FileNames)
        {
            File.WriteAllText(Path.Combine(full, name), "a b\n");
        }

        return full;
    }
}
