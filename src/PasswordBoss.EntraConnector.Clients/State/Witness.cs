using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Security;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>What a connection's database knew when a run was saved last.</summary>
/// <param name="RunNumber">How many runs it had saved.</param>
/// <param name="Schema">The version of its schema.</param>
/// <param name="Removals">The removals of the day before.</param>
internal sealed record WitnessRecord(long RunNumber, int Schema, IReadOnlyList<RemovalRecord> Removals)
{
    /// <summary>The fingerprint of the two sides that the connection joins; null in a file of a version that did not write it.</summary>
    public string? Sides { get; init; }

    /// <summary>Whether it is that of a connection whose database is gone: another one joins the same two sides now.</summary>
    public bool IsOfLostState { get; init; }

    /// <summary>The digest of the settings for which the secrets were decrypted last, as hexadecimal digits; null when none is known.</summary>
    public string? Settings { get; init; }
}

/// <summary>
/// A file outside the state folder that tells a database that was put back from a backup: such a one has saved fewer runs than the file knows of. It is written
/// after each run. A missing, unreadable or foreign file is ignored; failing to write it never stops a run.
/// </summary>
internal sealed class Witness
{
    private const int Format = 1;
    private const long MaxBytes = 16 * 1024 * 1024;
    // More runs than this no machine has made.
    private const long MaxRunNumber = 1L << 48;

    private readonly StateLocation location;
    private readonly string path;
    private readonly string? sides;

    /// <summary>Names the witness of a connection; nothing is opened.</summary>
    /// <param name="location">Where the store lies.</param>
    /// <param name="connectionId">The connection.</param>
    /// <param name="sides">The fingerprint of what it joins, by which one of a lost state is found.</param>
    public Witness(StateLocation location, Guid connectionId, string? sides = null)
    {
        this.location = location;
        this.sides = sides;
        path = Path.Combine(location.WitnessFolder, connectionId.ToString("D", CultureInfo.InvariantCulture) + ".json");
    }

    /// <summary>What it tells; null when it tells nothing. Writes nothing.</summary>
    public WitnessRecord? Read()
    {
        if (File.Exists(path) || sides is null)
            return ReadAt(path, location);
        return FindLost().Select(found => found.Record with { IsOfLostState = true, Settings = null }).OrderByDescending(record => record.RunNumber).FirstOrDefault();
    }

    /// <summary>Whether there is any witness that can be read: then runs were saved in the store.</summary>
    /// <param name="location">Where the store lies.</param>
    public static bool AnyIn(StateLocation location) => FilesIn(location).Any(file => ReadAt(file, location) is not null);

    // Those of connections between the same two sides. The database holds only one, and this one has none yet.
    private IEnumerable<(string Path, WitnessRecord Record)> FindLost()
    {
        foreach (var file in FilesIn(location).Where(file => file != path))
        {
            if (ReadAt(file, location) is { } record && record.Sides == sides)
                yield return (file, record);
        }
    }

    private static IReadOnlyList<string> FilesIn(StateLocation location)
    {
        try
        {
            return IsOwnFolder(location) ? Directory.GetFiles(location.WitnessFolder, "*.json") : Array.Empty<string>();
        }
        catch (Exception exception) when (IsOfFiles(exception))
        {
            return Array.Empty<string>();
        }
    }

    private static WitnessRecord? ReadAt(string path, StateLocation location)
    {
        try
        {
            if (!IsOwnFolder(location) || !IsOwnFile(path, location))
                return null;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return IsAtPath(file, path) && file.Length <= MaxBytes ? Read(file) : null;
        }
        catch (Exception exception) when (IsOfFiles(exception) || exception is ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Writes it, if that can be done.</summary>
    /// <param name="record">What it is to tell.</param>
    public void TryWrite(WitnessRecord record)
    {
        try
        {
            Prepare(location);
            var next = path + ".next";
            File.Delete(next);
            using (var file = CreatePrivate(next))
                Write(file, record with { Sides = sides ?? record.Sides });
            Replace(next);
            // From now on this one says what they said.
            if (sides is not null)
            {
                foreach (var (lost, _) in FindLost())
                    File.Delete(lost);
            }
        }
        catch (Exception exception) when (IsOfFiles(exception))
        {
            // The run is saved. Without a witness nothing is concluded from it, and Test-PBConnection says why there is none.
        }
    }

    /// <summary>Deletes it, if that can be done.</summary>
    public void TryDelete()
    {
        try
        {
            // Never delete in somebody else's folder.
            if (IsOwnFolder(location))
                File.Delete(path);
        }
        catch (Exception exception) when (IsOfFiles(exception))
        {
            // It holds neither names nor addresses.
        }
    }

    /// <summary>Why no witness could be written; null when it could.</summary>
    /// <param name="location">Where the store lies.</param>
    public static Message? FindProblem(StateLocation location)
    {
        try
        {
            Prepare(location);
            var trial = Path.Combine(location.WitnessFolder, "trial");
            File.Delete(trial);
            CreatePrivate(trial).Dispose();
            File.Delete(trial);
            return null;
        }
        catch (Exception exception) when (IsOfFiles(exception))
        {
            // The error of a folder names it first, then the reason.
            var reason = exception is ConnectorException told ? told.Text.Arguments[told.Text.Arguments.Count - 1] : exception.Message;
            return Texts.ProblemWitness(location.WitnessFolder, reason);
        }
    }

    // Whatever a path below a folder that others may touch can come to.
    private static bool IsOfFiles(Exception exception) =>
        exception is ConnectorException or IOException or UnauthorizedAccessException or SecurityException or NotSupportedException or InvalidOperationException;

    private static void Prepare(StateLocation location)
    {
        // Checked before the folder is used, and again in case the link was created meanwhile.
        RefuseLink(location.WitnessFolder);
        PrivateFolder.Prepare(location.WitnessFolder, location.IsMachineWide, IsOfWitness);
        RefuseLink(location.WitnessFolder);
    }

    private static bool IsOfWitness(string entry)
    {
        var name = Path.GetFileName(entry);
        return name == "trial" || Guid.TryParseExact(name.Split('.')[0], "D", out _);
    }

    private static void RefuseLink(string folder)
    {
        if (!Platform.IsWindows && UnixFile.Find(folder, followLinks: false) is { IsLink: true })
            throw new ConnectorException(UnusablePath.Folder(folder, Texts.StateReasonLink));
    }

    private static bool IsOwnFolder(StateLocation location)
    {
        if (!Directory.Exists(location.WitnessFolder))
            return false;
        return Platform.IsWindows
            ? IsOwnFolderOnWindows(location)
            : UnixFile.Find(location.WitnessFolder, followLinks: false) is { IsLink: false, IsOpenToOthers: false } facts && facts.Owner == UnixFile.EffectiveUser;
    }

    [SupportedOSPlatform("windows")]
    private static bool IsOwnFolderOnWindows(StateLocation location)
    {
        var folder = new DirectoryInfo(location.WitnessFolder);
        return (folder.Attributes & FileAttributes.ReparsePoint) == 0
            && WindowsAccess.IsOwnerTrusted(folder, out _)
            && WindowsAccess.IsPrivate(folder, location.IsMachineWide);
    }

    private static bool IsOwnFile(string path, StateLocation location) => Platform.IsWindows
        ? IsOwnFileOnWindows(path, location)
        : UnixFile.Find(path, followLinks: false) is { IsRegularFile: true, IsOpenToOthers: false } facts && facts.Owner == UnixFile.EffectiveUser;

    [SupportedOSPlatform("windows")]
    private static bool IsOwnFileOnWindows(string path, StateLocation location)
    {
        var file = new FileInfo(path);
        return file.Exists && (file.Attributes & FileAttributes.ReparsePoint) == 0 && WindowsAccess.IsPrivate(file, location.IsMachineWide);
    }

    // Whether what was opened is what was looked at before.
    private static bool IsAtPath(FileStream file, string path) =>
        Platform.IsWindows || (UnixFile.Find(file.SafeFileHandle) is { } opened && UnixFile.Find(path, followLinks: false) == opened);

    private static FileStream CreatePrivate(string path)
    {
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        try
        {
            PrivateFile.Close(path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Replace(string next)
    {
#if NET8_0_OR_GREATER
        File.Move(next, path, overwrite: true);
#else
        // On Windows a file that is replaced hands its access list on.
        if (IsOwnFile(path, location))
        {
            File.Replace(next, path, null);
            return;
        }

        File.Delete(path);
        File.Move(next, path);
#endif
    }

    private static WitnessRecord? Read(FileStream file)
    {
        var text = new byte[(int)file.Length];
        var length = 0;
        while (length < text.Length && file.Read(text, length, text.Length - length) is var read and > 0)
            length += read;
        var document = StoredDocuments.Witness.Read(text);
        if (document.Format != Format || document.Run is < 0 or > MaxRunNumber)
            return null;
        var removals = document.Removals
            .SelectMany(alike => alike.At.Select(at => new RemovalRecord { At = new DateTimeOffset(at, TimeSpan.Zero), GroupId = alike.Group, Forced = alike.Forced })).ToList();
        return new WitnessRecord(document.Run, document.Schema, removals) { Sides = document.Sides, Settings = document.Settings };
    }

    private static void Write(FileStream file, WitnessRecord record) => StoredDocuments.Witness.Write(file, new WitnessDocument
    {
        Format = Format,
        Run = record.RunNumber,
        Schema = record.Schema,
        Sides = record.Sides,
        Settings = record.Settings,
        Removals = record.Removals.GroupBy(removal => (removal.GroupId, removal.Forced)).Select(alike => new WitnessDocument.AlikeRemovals
        {
            Group = alike.Key.GroupId,
            Forced = alike.Key.Forced,
            At = alike.Select(removal => removal.At.UtcTicks).ToList(),
        }).ToList(),
    });
}
