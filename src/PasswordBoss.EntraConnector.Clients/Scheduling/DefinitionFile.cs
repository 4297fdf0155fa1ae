using System;
using System.IO;
using System.Text;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>A file that defines a task. It is never written in part, and its previous content can be restored.</summary>
internal sealed class DefinitionFile
{
    private readonly string scheduler;
    private readonly byte[]? previous;

    /// <summary>Creates the object and remembers the content of the file.</summary>
    /// <param name="path">The path.</param>
    /// <param name="scheduler">The scheduler, for messages.</param>
    public DefinitionFile(string path, string scheduler)
    {
        Path = path;
        this.scheduler = scheduler;
        previous = Guard(() => File.Exists(path) ? File.ReadAllBytes(path) : null);
    }

    /// <summary>The path.</summary>
    public string Path { get; }

    /// <summary>Whether the file existed.</summary>
    public bool Existed => previous is not null;

    /// <summary>The previous content; empty if the file did not exist.</summary>
    public string PreviousText => previous is null ? "" : Encoding.UTF8.GetString(previous);

    /// <summary>Writes the file.</summary>
    /// <param name="text">The definition.</param>
    public void Write(string text) => Guard(() => Replace(new UTF8Encoding(false).GetBytes(text)));

    /// <summary>Deletes the file.</summary>
    public void Delete() => Guard(() =>
    {
        if (File.Exists(Path))
            File.Delete(Path);
        return true;
    });

    /// <summary>Restores the previous content.</summary>
    public void Restore()
    {
        if (previous is null)
            Delete();
        else
            Guard(() => Replace(previous));
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
