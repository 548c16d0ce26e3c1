using Compression.Torch.Loading;

namespace Compression.Torch.Tests.Loading;

[Seeded]
public sealed class PyTorchFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("compression-");

    [Fact]
    public void The_Pythons_of_environments_are_asked_one_after_another()
    {
        WritePython("venv", "echo A greeting of the site; echo /first/torch/__init__.py");
        WritePython("conda", "echo /second/torch/__init__.py");
        Assert.Equal(["/first/torch/lib", "/second/torch/lib"], Find("venv", "conda"));
        Assert.Equal(["/second/torch/lib"], Find(null, "conda"));
    }

    [Theory]
    [InlineData("echo")]
    [InlineData("echo not/rooted/__init__.py")]
    [InlineData("echo /first/torch/__init__.py; exit 1")]
    [InlineData("kill -9 $$")]
    public void What_does_not_answer_is_passed_over(string body)
    {
        WritePython("venv", body);
        WritePython("conda", "echo /second/torch/__init__.py");
        Assert.Equal(["/second/torch/lib"], Find("venv", "conda"));
        Assert.Equal(["/second/torch/lib"], Find("nowhere", "conda"));
    }

    [Fact]
    public void The_Pythons_of_the_PATH_come_last()
    {
        WritePython("venv", "echo /first/torch/__init__.py");
        WritePython("system", "echo /second/torch/__init__.py");
        Assert.Equal(["/first/torch/lib", "/second/torch/lib"], Find("venv", null, $"/nowhere:{Path.Combine(_folder.FullName, "system", "bin")}"));
        Assert.Empty(Find(null, null));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private IEnumerable<string> Find(string? venv, string? conda, string? path = null) => PyTorchFolder.FindAll(name =>
        name == "PATH" ? path : (name == "VIRTUAL_ENV" ? venv : conda) is { } folder ? Path.Combine(_folder.FullName, folder) : null);

    private void WritePython(string environment, string body)
    {
        string path = Path.Combine(_folder.CreateSubdirectory($"{environment}/bin").FullName, "python");
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
