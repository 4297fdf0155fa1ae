using System;
using System.Linq;
using System.Text;
using PasswordBoss.EntraConnector.Clients.Backups;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Tests.Backups;

/// <summary>The format of a backup. It opens only with its passphrase and if it is unchanged; otherwise there is always the same error.</summary>
public sealed class SealedFileTests
{
    private const string Passphrase = "correct horse battery";
    private static readonly byte[] Content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("What a store contains. ", 40)));
    private static readonly KeyDerivation Cheap = SealedFile.Cost with { MemoryKiB = 1024, Iterations = 1 };
    private readonly SealedFile format = new("/backups/state.pbbackup");

    [Fact]
    public void A_file_opens_with_its_passphrase()
    {
        var (header, content) = format.Open(Seal(), Passphrase);

        Assert.Equal(Content, content);
        Assert.Equal((1, 5, 2, "AES-256-GCM"), (header.Version, header.Schema, header.Connections, header.Cipher));
    }

    [Fact]
    public void The_header_is_readable_and_the_content_is_not()
    {
        var text = Encoding.Latin1.GetString(Seal(SealedFile.Cost));

        Assert.StartsWith("PasswordBoss.EntraConnector backup\n{\"version\":1,\"schema\":5,\"createdAt\":\"2026-03-04T05:06:07", text, StringComparison.Ordinal);
        Assert.Contains("{\"algorithm\":\"Argon2id\",\"memoryKiB\":65536,\"iterations\":3,\"lanes\":4,\"salt\":\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("store", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_file_with_the_same_content_is_different()
    {
        var first = Seal();
        var second = Seal();

        Assert.NotEqual(Encoding.Latin1.GetString(first).Split('\n')[1], Encoding.Latin1.GetString(second).Split('\n')[1]);
        Assert.NotEqual(first[^32..], second[^32..]);
    }

    [Theory]
    [InlineData("correct horse batterY")]
    [InlineData("correct horse battery ")]
    [InlineData("")]
    public void Another_passphrase_does_not_open_it(string other) => Assert.Equal(ErrorId.BackupUnreadable, Refusal(Seal(), other));

    [Fact]
    public void A_letter_with_an_accent_is_the_same_in_composed_and_decomposed_form()
    {
        var file = SealedFile.Seal(Content, Content.Length, Header(Cheap), "pr\u00e9cieuse phrase");

        Assert.Equal(Content, format.Open(file, "pre\u0301cieuse phrase").Content);
    }

    [Fact]
    public void A_file_with_a_flipped_bit_does_not_open()
    {
        var file = Seal();
        var opened = 0;
        for (var place = 0; place < file.Length; place++)
        {
            var changed = (byte[])file.Clone();
            changed[place] ^= (byte)(1 << (place % 8));
            // A flipped bit can raise the format version, which is another error.
            if (Refusal(changed, Passphrase) is not (ErrorId.BackupUnreadable or ErrorId.BackupTooNew))
                opened++;
        }

        Assert.Equal(0, opened);
    }

    [Fact]
    public void An_incomplete_or_longer_file_does_not_open()
    {
        var file = Seal();

        Assert.All(
            Enumerable.Range(0, 60).Select(i => file.Length * i / 60).Append(file.Length - 1),
            length => Assert.Equal(ErrorId.BackupUnreadable, Refusal(file[..length], Passphrase)));
        Assert.Equal(ErrorId.BackupUnreadable, Refusal([.. file, 0], Passphrase));
    }

    [Fact]
    public void A_file_of_another_kind_is_no_backup()
    {
        Assert.Equal(ErrorId.BackupUnreadable, Refusal(Encoding.UTF8.GetBytes("{\"schemaVersion\":1}\n{}\n"), Passphrase));
        Assert.Equal(ErrorId.BackupUnreadable, Refusal(new byte[100_000], Passphrase));
        Assert.Equal(ErrorId.BackupUnreadable, Refusal([0xFF, 0xFE, (byte)'\n', (byte)'\n'], Passphrase));
    }

    [Fact]
    public void A_newer_format_is_reported()
    {
        var error = Assert.Throws<ConnectorException>(() => format.Open(Replace("\"version\":1", "\"version\":2"), Passphrase));

        Assert.Equal(ErrorId.BackupTooNew, error.Id);
        Assert.Contains("format 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"memoryKiB\":1024", "\"memoryKiB\":2147483647")]
    [InlineData("\"memoryKiB\":1024", "\"memoryKiB\":8")]
    [InlineData("\"iterations\":1", "\"iterations\":100000")]
    [InlineData("\"lanes\":4", "\"lanes\":-1")]
    [InlineData("Argon2id", "Argon2i")]
    [InlineData("AES-256-GCM", "none")]
    public void A_forged_cost_is_refused_before_it_is_paid(string before, string after) => Assert.Equal(ErrorId.BackupUnreadable, Refusal(Replace(before, after), Passphrase));

    private static BackupHeader Header(KeyDerivation cost) => new()
    {
        Version = 1,
        Schema = 5,
        CreatedAt = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero),
        Connections = 2,
        KeyDerivation = cost,
        Cipher = "",
        Nonce = [],
    };

    private static byte[] Seal(KeyDerivation? cost = null) => SealedFile.Seal(Content, Content.Length, Header(cost ?? Cheap), Passphrase);

    private static byte[] Replace(string before, string after)
    {
        var text = Encoding.Latin1.GetString(Seal());
        Assert.Contains(before, text, StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(text.Replace(before, after, StringComparison.Ordinal));
    }

    private ErrorId Refusal(byte[] file, string passphrase) => Assert.Throws<ConnectorException>(() => format.Open(file, passphrase)).Id;
}
