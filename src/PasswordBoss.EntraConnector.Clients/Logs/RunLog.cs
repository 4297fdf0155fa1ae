using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Locks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Logs;

/// <summary>
/// A log of JSON lines that only its owner can read. A full file is renamed to <c>path.1</c>, that one to <c>path.2</c>, and so on. Processes take turns with the
/// lock <c>path.lock</c>, so no line is torn or lost, even during a rename.
/// </summary>
internal sealed class RunLog : IRunLog
{
    /// <summary>The size of a full file in bytes.</summary>
    public const long UsualSize = 10 * 1024 * 1024;

    /// <summary>The number of files.</summary>
    public const int Files = 10;

    private const int WriteSize = 256 * 1024;

    // A process holds the lock for one write. One that is stopped or hangs must not stop the others.
    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(10);

    private readonly long size;
    private readonly TimeSpan longestWait;

    /// <summary>Creates the object; nothing is read or written.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="size">The size of a full file.</param>
    /// <param name="longestWait">The longest wait for another process; null for the usual one.</param>
    public RunLog(string path, long size = UsualSize, TimeSpan? longestWait = null)
    {
        Path = path;
        this.size = size;
        this.longestWait = longestWait ?? UsualWait;
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <summary>Creates the log if it does not exist, and checks that it can be written. Throws <see cref="ErrorId.FileUnusable"/>.</summary>
    public void Prepare() => Guard(() =>
    {
        CreateFolder(System.IO.Path.GetDirectoryName(Path));
        using var taken = TakeLock();
        using var file = OpenFile();
    });

    /// <inheritdoc/>
    public void Write(IEnumerable<LogLine> lines) => Guard(() =>
    {
        using var taken = TakeLock();
        Append(lines);
    });

    private void Append(IEnumerable<LogLine> lines)
    {
        var file = OpenFile();
        try
        {
            using var pending = new MemoryStream();
            if (IsTorn(file))
                pending.WriteByte((byte)'\n');
            foreach (var line in lines)
            {
                var text = LogText.Of(line);
                var length = file.Length + pending.Length;
                if (length > 0 && length + text.Length > size)
                {
                    Flush(pending, file);
                    file.Dispose();
                    Rotate();
                    file = OpenFile();
                }
                else if (pending.Length > WriteSize)
                {
                    Flush(pending, file);
                }

                pending.Write(text, 0, text.Length);
            }

            Flush(pending, file);
        }
        finally
        {
            file.Dispose();
        }
    }

    // A process that was killed, or a disk that was full, may have left a part of a line.
    private static bool IsTorn(FileStream file)
    {
        if (file.Length == 0)
            return false;
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() != '\n';
    }

    private static void Flush(MemoryStream pending, FileStream file)
    {
        var former = file.Seek(0, SeekOrigin.End);
        try
        {
            file.Write(pending.GetBuffer(), 0, (int)pending.Length);
            file.Flush();
        }
        catch (IOException)
        {
            // The disk is full: leave whole lines.
            file.SetLength(former);
            throw;
        }

        pending.SetLength(0);
    }

    private void Rotate()
    {
        File.Delete(Numbered(Files - 1));
        for (var number = Files - 1; number > 0; number--)
        {
            if (File.Exists(Numbered(number - 1)))
                File.Move(Numbered(number - 1), Numbered(number));
        }
    }

    private string Numbered(int number) => number == 0 ? Path : Path + "." + number.ToString(CultureInfo.InvariantCulture);

    private FileLock TakeLock()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (FileLock.TryTake(Path + StateLocation.LogLock) is { } taken)
                return taken;
            if (waited.Elapsed >= longestWait)
                throw new RefusedFileException(Texts.LogHeld(MessageValue.Rounded(longestWait.TotalSeconds)));
            Thread.Sleep(RetryAfter);
        }
    }

    // Refuses a link, which another user may have placed in an open folder, a pipe, which would block, and a file of another user.
    private FileStream OpenFile()
    {
        if (!Platform.IsWindows && UnixFile.Find(Path, followLinks: false) is { IsRegularFile: false, IsLink: false })
            throw new RefusedFileException(Texts.PathNotAFile(Path));
        PrivateFile.RestrictToOwner(Path);
        const FileShare Share = FileShare.ReadWrite | FileShare.Delete;
        var file = File.Exists(Path)
            ? new FileStream(Path, FileMode.Open, FileAccess.ReadWrite, Share, bufferSize: 1)
            : PrivateFile.CreateNew(Path, Share);
#if NET8_0_OR_GREATER
        // A link may have replaced the file between the check and the opening.
        if (!Platform.IsWindows && !IsNamed(file))
        {
            file.Dispose();
            throw new RefusedFileException(Texts.PathNotAFile(Path));
        }
#endif
        return file;
    }

#if NET8_0_OR_GREATER
    private bool IsNamed(FileStream file) =>
        UnixFile.Find(file.SafeFileHandle) is not { } opened || (UnixFile.Find(Path, followLinks: false) is { } named && named.Inode == opened.Inode && named.Device == opened.Device);
#endif

    private static void CreateFolder(string? folder)
    {
        if (folder is null or "" || Directory.Exists(folder))
            return;
        CreateFolder(System.IO.Path.GetDirectoryName(folder));
        if (Platform.IsWindows)
            Directory.CreateDirectory(folder);
        else
            UnixFile.CreateFolder(folder, UnixMode.PrivateFolder);
    }

    private void Guard(Action work)
    {
        try
        {
            UnusablePath.Guard(Path, work);
        }
        catch (ConnectorException exception) when (exception.Id == ErrorId.StateFolderUnusable)
        {
            throw new ConnectorException(Problems.FileUnusable(Path, exception.Problem.Reason ?? exception.Problem.Sentence).About(Path));
        }
    }
}
