using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Sandbox.State;

/// <summary>
/// The state file and its lock. Readers take the same exclusive lock as writers. So a file is never replaced while it is open, which Windows would refuse,
/// and data is never outdated when it is written back.
/// </summary>
internal sealed class SandboxFile
{
    private const string VersionStart = "{\"Version\":";
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);
    private readonly string path;
    private readonly string lockPath;

    public SandboxFile(string path)
    {
        this.path = Path.GetFullPath(path);
        lockPath = this.path + ".lock";
    }

    public string FullPath => path;

    /// <summary>Waits for the lock. If the process dies, the operating system closes its files and so releases the lock.</summary>
    public IDisposable Lock()
    {
        CreateFolder();
        var waited = System.Diagnostics.Stopwatch.StartNew();
        for (var pause = 1; ; pause = Math.Min(pause * 2, 20))
        {
            try
            {
                return Open(lockPath, FileMode.OpenOrCreate, FileShare.None);
            }
            catch (Exception e) when (e is UnauthorizedAccessException or DirectoryNotFoundException or NotSupportedException or PathTooLongException)
            {
                throw new ConnectorException(Unusable(e));
            }
            catch (IOException e)
            {
                // No platform can wait for a file that another process holds, so poll every few milliseconds.
                if (waited.Elapsed > TimeLimit)
                    throw new ConnectorException(Problems.StateBusy(path), e);
                Thread.Sleep(pause);
            }
        }
    }

    /// <summary>The version at the start of the file; null if there is no file, -1 if it does not start with a version.</summary>
    public long? ReadVersion()
    {
        if (!File.Exists(path))
            return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64);
        var start = new byte[48];
        var read = file.Read(start, 0, start.Length);
        var text = Encoding.ASCII.GetString(start, 0, read);
        if (!text.StartsWith(VersionStart, StringComparison.Ordinal))
            return -1;
        return long.TryParse(text.Split(':', ',')[1], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1;
    }

    /// <summary>Reads the whole file. A damaged file is moved aside, so it is reported only once and never overwritten.</summary>
    public SandboxDocument Read()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var document = JsonSerializer.Deserialize<SandboxDocument>(file) ?? throw new JsonException();
            if (document.Format > SandboxDocument.CurrentFormat)
                throw new ConnectorException(Problems.StateFromNewerVersion(path, document.Format.ToString(CultureInfo.InvariantCulture), SandboxDocument.CurrentFormat.ToString(CultureInfo.InvariantCulture)));
            return document;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            var aside = path + ".damaged-" + DateTime.UtcNow.ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture);
            File.Move(path, aside);
            throw new ConnectorException(Problems.StateDamaged(path, e.GetType().Name, aside));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new ConnectorException(Unusable(e));
        }
    }

    /// <summary>Replaces the file in one step: if the process dies, either the old or the new file remains, never a partial one.</summary>
    public void Write(SandboxDocument document)
    {
        var next = path + ".next";
        try
        {
            // Delete what a dead process left behind; an existing file would keep its mode.
            File.Delete(next);
            using (var file = Open(next, FileMode.CreateNew, FileShare.None))
                JsonSerializer.Serialize(file, document);
#if NET8_0_OR_GREATER
            File.Move(next, path, overwrite: true);
#else
            if (File.Exists(path))
                File.Replace(next, path, null);
            else
                File.Move(next, path);
#endif
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new ConnectorException(Unusable(e));
        }
    }

    private void CreateFolder()
    {
        var folder = Path.GetDirectoryName(path)!;
        if (Directory.Exists(folder))
            return;
        try
        {
#if NET8_0_OR_GREATER
            if (!OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                return;
            }
#endif
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or NotSupportedException)
        {
            throw new ConnectorException(Unusable(e));
        }
    }

    private static FileStream Open(string path, FileMode mode, FileShare share)
    {
#if NET8_0_OR_GREATER
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
#else
        return new FileStream(path, mode, FileAccess.ReadWrite, share);
#endif
    }

    private Problem Unusable(Exception cause) =>
        UnusableState.Of(Path.GetDirectoryName(path)!, cause.HResult, cause.Message);
}
