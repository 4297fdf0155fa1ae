using System;
using System.IO;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>
/// A file that is written piece by piece beside its path, and moved there in one step at the end. Throws <see cref="IOException"/> or
/// <see cref="UnauthorizedAccessException"/>.
/// </summary>
internal sealed class FileDraft : IDisposable
{
    private const string Ending = ".new";
    private const int IdLength = 32;

    private readonly string path;
    private readonly string draft;
    private readonly bool overwrite;
    private readonly FileStream content;

    /// <summary>Creates the draft, so that a path that cannot be written is refused at once.</summary>
    /// <param name="path">The file. A link there is replaced, and not followed.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <param name="create">Creates the draft.</param>
    public FileDraft(string path, bool overwrite, Func<string, FileStream> create)
    {
        FileReplacement.RefuseUnusable(path);
        this.path = path;
        this.overwrite = overwrite;
        // No other user can guess this name, so none can prepare a file there.
        draft = path + "." + Guid.NewGuid().ToString("N") + Ending;
        content = create(draft);
    }

    /// <summary>The message of a system's error with the name of the file in place of the name of its draft, which the user does not know.</summary>
    /// <param name="message">The message.</param>
    public static string WithFileName(string message)
    {
        var from = 0;
        while (message.IndexOf(Ending, from, StringComparison.Ordinal) is var end and >= 0)
        {
            var start = end - IdLength - 1;
            from = end + Ending.Length;
            if (start < 0 || message[start] != '.' || !Guid.TryParseExact(message.Substring(start + 1, IdLength), "N", out _))
                continue;
            message = message.Remove(start, from - start);
            from = start;
        }

        return message;
    }

    /// <summary>The content.</summary>
    public Stream Content => content;

    /// <summary>Moves the file to its path.</summary>
    public void Commit()
    {
        content.Flush(flushToDisk: true);
        content.Dispose();
        FileReplacement.Move(draft, path, overwrite);
    }

    /// <summary>Deletes the draft if it was not moved to its path. Never throws: a full disk or a removed folder has its own error already.</summary>
    public void Dispose()
    {
        try
        {
            content.Dispose();
            File.Delete(draft);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }
}
