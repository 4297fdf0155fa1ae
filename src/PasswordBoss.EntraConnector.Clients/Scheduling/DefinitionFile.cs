using System;
using System.IO;
using System.Text;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>A file that defines a task. It is there whole or not at all, and what it replaced can be brought back.</summary>
internal sealed class DefinitionFile
{
    private readonly string scheduler;
    private readonly byte[]? former;

    /// <summary>Names a file, and remembers what is in it.</summary>
    /// <param name="path">The path.</param>
    /// <param name="scheduler">The scheduler, for messages.</param>
    public DefinitionFile(string path, string scheduler)
    {
        Path = path;
        this.scheduler = scheduler;
        former = Guard(() => File.Exists(path) ? File.ReadAllBytes(path) : null);
    }

    /// <summary>The path.</summary>
    public string Path { get; }

    /// <summary>Whether it was there.</summary>
    public bool WasThere => former is not null;

    /// <summary>What was in it; empty when it was not there.</summary>
    public string FormerText => former is null ? "" : Encoding.UTF8.GetString(former);

    /// <summary>Writes it.</summary>
    /// <param name="text">The definition.</param>
    public void Write(string text) => Guard(() => Replace(new UTF8Encoding(false).GetBytes(text)));

    /// <summary>Deletes it.</summary>
    public void Delete() => Guard(() =>
    {
        if (File.Exists(Path))
            File.Delete(Path);
        return true;
    });

    /// <summary>Brings back what was there.</summary>
    public void Restore()
    {
        if (former is null)
            Delete();
        else
            Guard(() => Replace(former));
    }

    private bool Replace(byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        var draft = Path + ".new";
        try
        {
            File.WriteAllBytes(draft, content);
            if (File.Exists(Path))
                File.Replace(draft, Path, null);
            else
                File.Move(draft, Path);
        }
        finally
        {
            File.Delete(draft);
        }

        return true;
    }

    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(Problems.SchedulerRefused(scheduler, e.Message), e);
        }
    }
}
