using System;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Backups;

/// <summary>
/// The format of a backup: a line that names it, a line with the header as JSON, and the encrypted content with its authentication tag. Argon2id (RFC 9106)
/// derives the key from the passphrase, and AES-256-GCM encrypts the content. Both lines are authenticated with the content.
/// </summary>
internal sealed class SealedFile
{
    /// <summary>The version of the format.</summary>
    public const int CurrentVersion = 1;

    private const string Name = "PasswordBoss.EntraConnector backup";
    private const string Argon2 = "Argon2id";
    private const string AesGcm = "AES-256-GCM";
    private const int KeySize = 32;
    private const int SaltSize = 16;
    private const int NonceSize = 12;
    private const int TagBits = 128;
    private const int LongestHeader = 4096;
    private static readonly UTF8Encoding Strict = new(false, true);

    private readonly string path;

    /// <summary>Creates the format for one file.</summary>
    /// <param name="path">The file, for messages.</param>
    public SealedFile(string path) => this.path = path;

    /// <summary>The second recommended cost of RFC 9106, for machines with little memory: 64 MiB, three passes, four lanes.</summary>
    public static KeyDerivation Cost { get; } = new() { Algorithm = Argon2, MemoryKiB = 64 * 1024, Iterations = 3, Lanes = 4, Salt = Array.Empty<byte>() };

    /// <summary>Encrypts.</summary>
    /// <param name="content">The content.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="header">The header; salt and nonce are chosen here.</param>
    /// <param name="passphrase">The passphrase.</param>
    public static byte[] Seal(byte[] content, int length, BackupHeader header, string passphrase)
    {
        header = header with { Version = CurrentVersion, Cipher = AesGcm, Nonce = Random(NonceSize), KeyDerivation = header.KeyDerivation with { Salt = Random(SaltSize) } };
        using var lines = new MemoryStream();
        var name = Strict.GetBytes(Name + "\n");
        lines.Write(name, 0, name.Length);
        new StoredDocument<BackupHeader>().Write(lines, header);
        lines.WriteByte((byte)'\n');
        var start = lines.ToArray();
        var cipher = CipherFor(forEncryption: true, header, start, passphrase);
        var file = new byte[start.Length + cipher.GetOutputSize(length)];
        start.CopyTo(file, 0);
        var done = cipher.ProcessBytes(content, 0, length, file, start.Length);
        cipher.DoFinal(file, start.Length + done);
        return file;
    }

    /// <summary>Decrypts. Throws <see cref="ErrorId.BackupUnreadable"/> or <see cref="ErrorId.BackupTooNew"/>.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="passphrase">The passphrase.</param>
    public (BackupHeader Header, byte[] Content) Open(byte[] file, string passphrase)
    {
        var (header, start) = ReadHeader(file);
        var cipher = CipherFor(forEncryption: false, header, Part(file, 0, start), passphrase);
        var content = new byte[Math.Max(0, file.Length - start - (TagBits / 8))];
        try
        {
            var done = cipher.ProcessBytes(file, start, file.Length - start, content, 0);
            cipher.DoFinal(content, done);
            return (header, content);
        }
        catch (CryptoException)
        {
            Array.Clear(content, 0, content.Length);
            throw Unreadable();
        }
    }

    /// <summary>The error of a file that cannot be opened. It gives no reason: a wrong passphrase and a changed file look the same.</summary>
    public ConnectorException Unreadable() => new(Problems.BackupUnreadable(path).About(path));

    // The header is not authenticated yet, so its values are used only within limits.
    private (BackupHeader Header, int Start) ReadHeader(byte[] file)
    {
        var first = Array.IndexOf(file, (byte)'\n', 0, Math.Min(file.Length, LongestHeader));
        if (first < 0 || TextOf(file, 0, first) != Name)
            throw Unreadable();
        var second = Array.IndexOf(file, (byte)'\n', first + 1, Math.Min(file.Length - first - 1, LongestHeader));
        if (second < 0)
            throw Unreadable();
        var header = Parse(Part(file, first + 1, second - first - 1));
        if (header.Version > CurrentVersion)
        {
            throw new ConnectorException(Problems.BackupTooNew(
                path, Texts.BackupFormat, header.Version.ToString(CultureInfo.InvariantCulture), CurrentVersion.ToString(CultureInfo.InvariantCulture)).About(path));
        }

        return IsUsable(header) ? (header, second + 1) : throw Unreadable();
    }

    private BackupHeader Parse(byte[] text)
    {
        try
        {
            return new StoredDocument<BackupHeader>().Read(text);
        }
        catch (ConnectorException)
        {
            throw Unreadable();
        }
    }

    // A forged header must not make this process use all memory or run for hours.
    private static bool IsUsable(BackupHeader header) =>
        header is { Version: CurrentVersion, Cipher: AesGcm, Nonce.Length: NonceSize }
        && header.KeyDerivation is { Algorithm: Argon2, Salt.Length: SaltSize, Iterations: > 0 and <= 16, Lanes: > 0 and <= 16, MemoryKiB: >= 1024 and <= 512 * 1024 };

    private static GcmBlockCipher CipherFor(bool forEncryption, BackupHeader header, byte[] start, string passphrase)
    {
        var secret = Strict.GetBytes(passphrase.Normalize(NormalizationForm.FormC));
        var key = new byte[KeySize];
        try
        {
            var generator = new Argon2BytesGenerator();
            generator.Init(new Argon2Parameters.Builder(Argon2Parameters.Argon2id)
                .WithVersion(Argon2Parameters.Version13)
                .WithMemoryAsKB(header.KeyDerivation.MemoryKiB)
                .WithIterations(header.KeyDerivation.Iterations)
                .WithParallelism(header.KeyDerivation.Lanes)
                .WithSalt(header.KeyDerivation.Salt)
                .Build());
            generator.GenerateBytes(secret, key);
            var cipher = new GcmBlockCipher(AesUtilities.CreateEngine());
            cipher.Init(forEncryption, new AeadParameters(new KeyParameter(key), TagBits, header.Nonce, start));
            return cipher;
        }
        finally
        {
            Array.Clear(secret, 0, secret.Length);
            Array.Clear(key, 0, key.Length);
        }
    }

    private static string? TextOf(byte[] file, int start, int length)
    {
        try
        {
            return Strict.GetString(file, start, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static byte[] Part(byte[] whole, int start, int length)
    {
        var part = new byte[length];
        Array.Copy(whole, start, part, 0, length);
        return part;
    }

    private static byte[] Random(int size)
    {
        var bytes = new byte[size];
        using var random = RandomNumberGenerator.Create();
        random.GetBytes(bytes);
        return bytes;
    }
}
