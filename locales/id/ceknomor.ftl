# Bahasa Indonesia: bahasa acuan. Setiap pesan di sini ada juga di locales/en, dengan variabel yang sama.
# Isi variabel sudah aman untuk HTML Telegram sebelum sampai di sini.

## Pengenalan dan bantuan

start =
    👋 <b>Cek nomor pelanggan sebelum menjual</b>
    Ketik kode produk dan nomornya:
    <code>/cek PLN20 01105691111</code>
    Saya jawab dengan nama pelanggan dan totalnya.
    /produk daftar kode · /riwayat cek terakhir · /bantuan
help =
    <b>Tulis apa adanya</b>: <code>PLN20 01105691111</code>, <code>dana 50rb 0817345544</code>, atau nomornya saja.
    Ada nama? Tambahkan <code>an Budi</code>. Banyak nomor? Satu per baris.
    /cek pilih lewat tombol · /ulang cek terakhir
    /produk [kata] daftar kode · /gangguan status PLN, DANA, dll.
    /riwayat [kata] cari cek, misalnya <code>/riwayat kemarin</code>
    /rekap ringkasan · /ekspor berkas Excel · /kuota sisa jatah
    /simpan pelanggan dengan nama sendiri · /pelanggan daftarnya
    /batal batalkan yang menunggu · /bahasa id|en · /id · /privasi · /atur
    { $place ->
        [group] Di grup: pakai /cek, sebut nama bot, atau balas pesan berisi nomor dengan <code>/cek PLN20</code>.
       *[private] Salah ketik? Edit saja pesannya.
    }
    Jangan kirim PIN. Bot ini tidak pernah memerlukannya.
hint = Ketik kode produk dan nomornya, misalnya <code>PLN20 01105691111</code>. Daftar kode: /produk
unknown-command = Perintah itu belum saya kenal. Lihat /bantuan.
id-shown =
    ID Anda: <code>{ $user }</code>
    ID obrolan ini: <code>{ $chat }</code>
id-anonymous =
    Anda menulis sebagai admin anonim, jadi ID Anda tidak kelihatan oleh bot.
    Untuk melihatnya, kirim /id ke bot ini di obrolan pribadi.
    ID obrolan ini: <code>{ $chat }</code>
stranger = 🔒 Bot cek nomor pelanggan ini khusus agen terdaftar. ID Anda: <code>{ $user }</code>
language-set = ✅ Oke, sekarang pakai Bahasa Indonesia.
access-revoked = 🔒 Akses Anda sudah dicabut.
denied-paused = ⏸ Akses cek Anda sedang dijeda. Hubungi pemilik bot.
denied-paused-until = ⏸ Akses cek Anda dijeda sampai { $until }.
denied-group-admins = 🔒 Hanya admin grup yang bisa mengubah ini.
denied-unasked = ⚠️ Bot belum bisa menanyakan ke Telegram apakah Anda admin grup. Coba lagi sebentar.
denied-owners = 🔒 Hanya pemilik bot yang bisa memakai ini.
denied-managers = 🔒 Hanya pemilik bot dan adminnya yang bisa memakai ini.
denied-private = 🔒 Kirim ini di obrolan pribadi dengan bot.
language-usage = Pilih bahasa: <code>/bahasa id</code> (Indonesia) atau <code>/bahasa en</code> (English).
apology = 😔 Maaf, ada kesalahan di bot ini saat menjawab. Silakan coba lagi.
slow-down = 🙏 Pelan-pelan ya, pesan Anda terlalu banyak sekaligus. Coba lagi sebentar lagi.
slow-down-not-taken = Yang belum dicek:
store-trouble = 😔 Maaf, catatan sedang tidak bisa dibuka. Coba lagi sebentar lagi.

## Jawaban sebuah cek

found-heading = ✅ { $product }
found-name = <b>{ $name }</b>
found-unnamed = ⚠️ Nomor terdaftar, tetapi { $provider } tidak menyebut nama.
label-meter = No. Meter: <code>{ $number }</code>
label-idpel = ID Pelanggan: <code>{ $number }</code>
label-mobile = No. HP: <code>{ $number }</code>
label-driver = ID Driver: <code>{ $number }</code>
found-power = Tarif/Daya: { $power }
found-nominal = Nominal: { $nominal }
found-total = Total: <b>{ $total }</b>
footer = <i>{ $time } · Ref { $reference }</i>
footer-code = <i>{ $time } · Ref { $reference } · Kode { $code }</i>
not-kept = <i>Riwayat cek ini gagal disimpan.</i>

not-found-meter =
    ❌ <b>Nomor tidak ditemukan di { $provider }.</b> Periksa lagi angkanya: <code>{ $number }</code>
    Kalau angkanya benar, mungkin pelanggan pascabayar.
not-found-mobile =
    ❌ <b>Nomor tidak ditemukan di { $provider }.</b> Periksa lagi angkanya: <code>{ $number }</code>
    Kalau angkanya benar, mungkin belum terdaftar di { $provider }.
not-found-driver =
    ❌ <b>ID tidak ditemukan di { $provider }.</b> Periksa lagi angkanya: <code>{ $number }</code>
    Minta ID Driver yang tertera di aplikasi driver.
number-blocked =
    🚫 <b>Nomor diblokir di { $provider }:</b> { $number }
    Jangan jual dulu; pelanggan perlu menghubungi { $provider }.
already-paid =
    ⚠️ <b>Sudah lunas menurut { $provider }:</b> { $number }
    Tidak ada yang perlu dibayar.
over-limit =
    ⚠️ <b>Melebihi batas { $provider }</b> untuk nomor { $number }.
    Coba produk atau nominal yang lebih kecil.
amount-too-small =
    ⚠️ <b>Nominal terlalu kecil untuk { $provider }.</b> Nomor { $number } belum dicek.
    Coba lagi dengan nominal yang lebih besar.
product-unavailable =
    ⚠️ <b>{ $code } sedang tidak bisa dicek.</b> Nomor { $number } belum tentu salah.
    Pilih produk { $provider } lain: /produk
provider-down =
    ⚠️ <b>{ $provider } sedang gangguan.</b> Nomor { $number } belum tentu salah.
    Coba lagi beberapa menit lagi.
no-answer =
    ⏳ <b>Belum ada jawaban dari { $provider }.</b> Nomor { $number } belum tentu salah.
    Jangan jual dulu. Coba lagi sebentar lagi.
service-down =
    ⏳ <b>Belum ada jawaban dari layanan cek.</b> Nomor { $number } belum tentu salah.
    Jangan jual dulu. Coba lagi sebentar lagi.
operator-problem =
    🔧 <b>Layanan cek sedang dibenahi admin.</b> Nomor { $number } belum tentu salah.
    Coba lagi nanti.
other-refusal =
    ⚠️ <b>Cek ke { $provider } ditolak.</b> Nomor { $number } belum tentu salah.
    Keterangan: { $message }
billers-refusal =
    ⚠️ <b>Cek ke { $provider } ditolak.</b> Nomor { $number }
    Keterangan: { $message }
other-refusal-silent =
    ⚠️ <b>Cek ke { $provider } ditolak</b> tanpa keterangan. Nomor { $number } belum tentu salah.
    Coba lagi nanti atau tanyakan kepada admin.

## Belum terjawab

later-down = ⏳ <b>{ $provider } sedang gangguan.</b> Nomor { $number } belum tentu salah.
later-no-answer = ⏳ <b>Belum ada jawaban dari { $provider }.</b> Nomor { $number } belum tentu salah.
later-service-down = ⏳ <b>Belum ada jawaban dari layanan cek.</b> Nomor { $number } belum tentu salah.
later-promise = Jangan jual dulu. Saya tanyakan terus sampai { $time }; jawabannya menyusul di sini. /batal untuk berhenti.
later-gave-up =
    ⏳ <b>Sampai { $time } { $provider } belum menjawab.</b> Nomor { $number } belum tentu salah.
    Cek lagi nanti: { $line }
later-gave-up-service =
    ⏳ <b>Sampai { $time } layanan cek belum menjawab.</b> Nomor { $number } belum tentu salah.
    Cek lagi nanti: { $line }
later-cancelled = ✋ Dibatalkan: { $line }
later-apology = 🙏 Maaf, jawaban ini terlambat.
cancel-done = ✋ { $count } cek yang menunggu dibatalkan.
cancel-none = Tidak ada cek Anda yang sedang menunggu di sini.
busy = 🙏 Bot sedang ramai. Coba lagi sebentar lagi.
not-accepted = 😔 Maaf, bot sedang tidak bisa menerima cek baru. Coba lagi beberapa menit lagi.

## Gangguan

outages-heading = <b>15 menit terakhir</b>
outages-none = Belum ada cek dalam 15 menit terakhir.
outages-up = ✅
outages-down = ⚠️
outages-rate = { $provider }: { $percent }% dari { $checks } cek terjawab
outages-median = biasanya { $seconds } detik

## Ketikan yang belum bisa dicek

empty-check = Nomor mana yang dicek? Contoh: <code>/cek PLN20 01105691111</code>
unknown-code = ⚠️ Kode <b>{ $typed }</b> tidak ada. Daftar kode: /produk
unknown-code-nearest = ⚠️ Kode <b>{ $typed }</b> tidak ada. Maksud Anda { $codes }?
unknown-code-fitting = ⚠️ Kode <b>{ $typed }</b> tidak ada. Untuk nomor itu bisa { $codes }.
missing-code = ⚠️ Kode produknya apa? Untuk nomor itu bisa { $codes }.
missing-code-many = ⚠️ Kode produknya apa? Untuk nomor itu misalnya { $codes }. Daftar kode: /produk
missing-code-unknown = ⚠️ Kode produknya apa? Contoh: <code>PLN20 01105691111</code>. Daftar kode: /produk
which-product = ⚠️ { $provider } yang mana? Bisa { $codes }.
not-offered = Di sini hanya cek nomor { $providers }. Saldo, pulsa, tagihan, dan rekening bank tidak bisa.
lost-zero = Apa angka 0 di depan hilang? { $line }
mobile-under-meter = ⚠️ Itu seperti nomor HP, bukan nomor meter. Periksa lagi angkanya.
mobile-under-meter-wallets = ⚠️ Itu seperti nomor HP, bukan nomor meter. Untuk nomor HP bisa { $codes }.
missing-number = ⚠️ Nomornya belum ada. Contoh: <code>{ $example }</code>
number-short = ⚠️ { $shape }: <b>kurang { $digits } digit</b>.
number-long = ⚠️ { $shape }: <b>kelebihan { $digits } digit</b>.
number-token = ⚠️ Ini nomor token (20 digit), bukan nomor meter. Nomor meter PLN 11 digit.
number-letters = ⚠️ Ada huruf di nomornya. { $shape }.
number-not-mobile = ⚠️ Nomor HP harus diawali 08 (atau 62). Periksa lagi angkanya.
number-virtual-account = ⚠️ Itu nomor virtual account bank. Hapus awalan <b>{ $prefix }</b>, sisakan nomor HP-nya.
shape-meter = Nomor meter PLN 11 digit (IDPEL 12)
shape-mobile = Nomor HP 10–13 digit
shape-driver = ID Driver 5–15 digit
words-around = ⚠️ Maksudnya ini? { $line }
words-around-nominal = ⚠️ Maksudnya ini? { $line }
nominal-first = ⚠️ Maksudnya ini? { $line }
missing-nominal = ⚠️ Tambahkan nominalnya. Contoh: <code>{ $example }</code>
nominal-or-pin = ⚠️ Itu nominal atau PIN? Tulis nominalnya dengan rb atau titik. Contoh: <code>{ $example }</code>
bad-nominal = ⚠️ Nominalnya tidak terbaca. Contoh: <code>{ $example }</code>
nominal-range = ⚠️ Nominal { $code } dari { $min } sampai { $max }. Contoh: <code>{ $example }</code>
nominal-not-taken = ⚠️ { $code } nominalnya tetap ({ $product }). Tulis tanpa nominal: <code>{ $line }</code>
ambiguous = ⚠️ Angkanya rancu. Tulis nomornya tanpa spasi, tanpa PIN. Contoh: <code>{ $example }</code>
several = ⚠️ Nomornya lebih dari satu dan tidak jelas. Tulis satu per baris, misalnya <code>PLN20 01105691111</code>
pin-warning = 🔐 Jangan kirim PIN! Bot ini tidak memerlukannya dan tidak menyimpannya. Hapus pesan tadi bila masih terlihat.

## Produk

products-heading = <b>Produk yang bisa dicek</b>
products-none = Tidak ada produk yang cocok dengan “{ $word }”. Lihat semuanya: /produk
products-provider = <b>{ $provider }</b>
product-fixed = <code>{ $code }</code> { $name } · { $selling }
product-fixed-owner = <code>{ $code }</code> { $name } · beli { $buying } · jual { $selling }
product-open = <code>{ $code }</code> { $name } · { $min } – { $max }

## Riwayat

history-empty = Belum ada cek di obrolan ini. Coba <code>/cek PLN20 01105691111</code>
history-heading = <b>Riwayat cek</b>
history-none = Tidak ada cek yang cocok. Coba <code>/riwayat pln</code>, <code>/riwayat kemarin</code>, atau sebagian nama atau nomornya.
history-heading-found = <b>Riwayat cek</b> (hasil cari)
history-day = <b>{ $date }</b>
history-entry = { $mark } { $time } { $product } <code>{ $number }</code>
history-times = <b>{ $count }x</b>
history-waits = menunggu jawaban
agent-anonymous = admin anonim
history-found = { $name } · { $total }
history-found-power = { $name } · { $power } · { $total }
history-unnamed = tanpa nama
history-no-total = tanpa total
history-not-found = tidak ditemukan
history-number-blocked = diblokir
history-already-paid = sudah lunas
history-over-limit = melebihi batas
history-amount-too-small = nominal terlalu kecil
history-product-unavailable = produk tidak bisa dicek
history-provider-down = gangguan
history-no-answer = belum ada jawaban
history-service-down = belum ada jawaban
history-operator = dibenahi admin
history-other = ditolak
status-found = SUKSES
button-newer = ◀ Lebih baru
button-older = Lebih lama ▶
button-not-yours = Tombol ini untuk agen yang bertanya. Ketik /cek atau /riwayat sendiri ya.
button-stale = Tombol ini sudah tidak berlaku. Ketik /cek atau /riwayat lagi.

## Berkas dan rekap

export-caption = 📄 Riwayat cek { $month }: { $count } cek.
export-caption-csv = Isi yang sama sebagai CSV.
export-none = Tidak ada cek di obrolan ini pada { $month }.
export-usage = Bulan yang mana? Contoh: <code>/ekspor november</code> atau <code>/ekspor 11/2026</code>.
column-time = Waktu (WIB)
column-agent = Agen
column-product = Produk
column-provider = Layanan
column-number = Nomor
column-nominal = Nominal
column-name = Nama
column-power = Tarif/Daya
column-total = Total
column-status = Status
column-code = Kode
column-reference = Ref
recap-title = Jam tersibuk · { $period }
recap-heading = <b>Rekap { $period }</b>
recap-all = { $checks } cek · ✅ { $found } ({ $percent }%)
recap-unanswered = ⏳ { $count } tanpa jawaban
recap-line = { $name }: { $checks } cek · ✅ { $percent }%
recap-more = dan { $count } agen lain
recap-busiest = Paling ramai pukul { $from }–{ $until }: { $count } cek
recap-none = Belum ada cek di obrolan ini: { $period }.
recap-usage = Rekap yang mana? <code>/rekap hari</code>, <code>/rekap minggu</code>, atau <code>/rekap bulan</code>.
report-trouble = 😔 Maaf, berkasnya gagal dibuat. Coba lagi sebentar lagi.
file-refused = 😔 Maaf, berkasnya tidak bisa dikirim lewat Telegram.

## Pelanggan

customer-saved = ✅ Disimpan: <b>{ $name }</b> = { $line }
customer-replaced = Sebelumnya: { $line }
customer-how = Ketik <code>/cek { $name }</code> untuk mengeceknya.
customer-bad-alias = ⚠️ Nama itu tidak bisa dipakai. Pakai nama seperti busiti: maksimal 30 karakter, tanpa angka mirip PIN, bukan kode atau nama produk.
customer-save-usage = Simpan pelanggan dengan nama sendiri: <code>/simpan busiti PLN20 01105691111</code>
customer-deleted = 🗑 <b>{ $name }</b> dihapus.
customer-unknown = Tidak ada pelanggan bernama <b>{ $name }</b>. Lihat /pelanggan
customer-renamed = ✅ <b>{ $old }</b> sekarang <b>{ $new }</b>.
customer-renamed-before = <b>{ $old }</b> tidak ada; <b>{ $new }</b> sudah ada. Lihat /pelanggan
customer-alias-used = ⚠️ Nama <b>{ $name }</b> sudah dipakai pelanggan lain.
customer-entry = <b>{ $name }</b> { $line }
customers-heading = <b>Pelanggan Anda ({ $count })</b>
customers-how = <i>🔎 cek · ✏️ salin perintah ganti nama · 🗑 hapus</i>
customers-none = Belum ada pelanggan. Simpan satu: <code>/simpan busiti PLN20 01105691111</code>
customers-full = ⚠️ Sudah { $count } pelanggan. Hapus dulu yang tidak dipakai: /pelanggan
customers-usage = <code>/pelanggan</code> daftar · <code>/pelanggan hapus busiti</code> · <code>/pelanggan ganti busiti ibusiti</code>
customers-anonymous = Admin anonim tidak bisa menyimpan pelanggan. Pakai obrolan pribadi dengan bot ini.
button-previous = ◀ Sebelumnya
button-next = Berikutnya ▶

## Untuk pemilik

alert = 🔧 <b>Cek gagal dan butuh Anda.</b> { $remedy }
alert-code = 🔧 <b>Cek gagal dan butuh Anda</b> (kode { $code }). { $remedy }
alert-product = 🏷️ <b>{ $product } ditolak Klikoo</b> (kode { $code }): periksa kode dan harganya di katalog bot, atau tanyakan ke Klikoo apakah produknya aktif.
alert-store = 💾 <b>Penyimpanan bot bermasalah; cek baru ditolak sampai beres.</b> <code>{ $error }</code>
alert-visitors = 👋 Sehari terakhir: { $people } orang yang bukan agen menyapa bot ini, dan { $groups } grup yang belum terdaftar memasukkannya. Dari grup seperti itu bot keluar setelah sehari; aktifkan lewat kartunya atau daftarkan di CEKNOMOR_CHATS kalau memang grup Anda.
remedy-signature = Tanda tangan ditolak Klikoo: samakan client secret dan kunci publik di dashboard dengan yang dipakai bot, lalu jalankan <code>ceknomor doctor</code>.
remedy-credentials = Client ID atau client secret ditolak Klikoo: salin lagi dari dashboard, Pengaturan → Konfigurasi API.
remedy-address = Alamat IP server bot belum ada di whitelist: tambahkan di dashboard Klikoo.
remedy-not-verified = Akun Klikoo belum diverifikasi: selesaikan verifikasi di dashboard.
remedy-account-type = Jenis akun Klikoo tidak sesuai (bukan b2b/irs): hubungi Klikoo.
remedy-account-blocked = Akun Klikoo dinonaktifkan atau diblokir: hubungi Klikoo.
remedy-account-data = Klikoo gagal membaca data akun: hubungi Klikoo bila berulang.
remedy-clock = Jam server ditolak Klikoo walau sudah dikoreksi: nyalakan NTP di server bot.
remedy-token = Token akses baru pun ditolak Klikoo: jalankan <code>ceknomor doctor</code>.
remedy-no-api = Tidak ada API Klikoo di alamat itu: periksa <code>KLIKOO_BASE_URL</code>, termasuk awalan gateway dan https.
remedy-forbidden = Server bot ditolak di depan API Klikoo: daftarkan alamat IP-nya di whitelist dashboard; bila sudah, tanyakan ke Klikoo apakah firewall-nya memblokir.
remedy-throttled = Klikoo menolak karena permintaan terlalu sering; cek diulang sendiri. Bila berulang, minta batas yang lebih tinggi ke Klikoo.
remedy-unreadable = Jawaban Klikoo tidak terbaca: periksa <code>KLIKOO_BASE_URL</code>; bila benar, laporkan ke Klikoo.
remedy-request = Permintaan dianggap salah bentuk oleh Klikoo: periksa produk dan harga di katalog; bila benar, laporkan sebagai bug.

## Demo

demo-opening =
    👋 <b>Ini obrolan agen dengan bot, sama seperti di Telegram.</b> Tanpa akun, tanpa internet, tidak ada yang disimpan.
    Ketik pesan apa saja, atau ketik angka untuk menekan tombolnya:
demo-short = kurang satu digit
demo-late = PLN sedang gangguan, jawabannya menyusul
demo-end = Semua nomor coba-coba: <code>ceknomor sandbox --list</code>. Selesai: ketik <code>keluar</code> atau Ctrl-D. Berkas dari bot: folder <code>./ceknomor-demo</code>.
demo-next =
    👋 Lanjut ke Telegram: minta token ke @BotFather, isi <code>.env</code> menurut <code>.env.example</code>,
    lalu <code>ceknomor doctor</code> memeriksa semuanya dan <code>ceknomor run</code> menjalankan bot.

## Menu perintah

menu-cek = Cek nomor: /cek PLN20 01105691111
menu-produk = Daftar produk yang bisa dicek
menu-riwayat = Riwayat cek, atau cari: /riwayat kemarin
menu-rekap = Rekap hari, minggu, atau bulan ini
menu-ekspor = Riwayat sebulan sebagai Excel dan CSV
menu-pelanggan = Pelanggan yang disimpan
menu-simpan = Simpan pelanggan: /simpan busiti PLN20 01105691111
menu-gangguan = Status PLN, DANA, dll. 15 menit terakhir
menu-batal = Batalkan cek yang menunggu
menu-bantuan = Cara memakai bot
menu-bahasa = Ganti bahasa: id atau en
menu-id = ID Anda dan obrolan ini

## Bulan

month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = Mei
month-6 = Jun
month-7 = Jul
month-8 = Agu
month-9 = Sep
month-10 = Okt
month-11 = Nov
month-12 = Des

## Percakapan

guide = Mau cek apa?
ask-number =
    { $place ->
        [private] Kirim nomornya ya.
       *[group] Balas pesan ini dengan nomornya ya.
    } Produk: <b>{ $code }</b>
again-none = Belum ada cek Anda di sini.
thanks = Sama-sama 🙏
waiting-none = Tidak ada cek Anda yang sedang menunggu di sini.
no-text = Kirim nomornya sebagai teks ya.
checked-before = 🕘 <b>Sudah dicek { $time }</b>
name-changed = ⚠️ Dulu namanya { $before }
name-match = ✅ Nama COCOK
name-match-visible = ✅ Nama cocok sejauh terlihat ({ $letters } huruf)
name-close = 🟡 Nama MIRIP: di { $provider } tertulis <b>{ $name }</b>
name-different = ❌ Nama BEDA: di { $provider } tertulis <b>{ $name }</b>
name-not-comparable = ⚪ Nama tidak bisa dicek
button-again = 🔁 Cek lagi
button-stay = Tetap { $provider }
button-try = Coba: { $line }
button-cancel = ✋ Batal
question-closed = Oke, tidak jadi.
answered-below = ✅ Dijawab di bawah
waiting-heading = ⏳ Masih ditanyakan:
waiting-since = { $line } sejak { $time }
waiting-list-since = daftar { $count } nomor sejak { $time }
edited = Pesannya diubah. Cek lagi?

## Daftar nomor

list-queued = ⏳ <b>{ $count } nomor</b> menunggu giliran. Daftar sebelumnya masih dicek.
list-running = ⏳ <b>Mengecek { $count } nomor</b>
list-wallets = 📱 { $number } di semua dompet
list-bar = { $bar } { $done }/{ $count }
list-cancelled = ✋ <b>Dibatalkan.</b> Yang sudah terjawab:
list-page = <i>Halaman { $page } dari { $pages }</i>
list-item = { $mark } { $code } { $number }
list-item-nominal = { $mark } { $code } { $number } { $nominal }
list-times = ({ $times }x)
list-earlier = 🕘 { $time }
list-name-match = nama COCOK
list-name-visible = nama cocok sejauh terlihat ({ $letters } huruf)
list-name-close = nama MIRIP, di daftar tertulis { $name }
list-name-different = nama <b>BEDA</b>, di daftar tertulis { $name }
list-name-not-comparable = nama tidak bisa dicek
list-unread = ⚠️ Baris { $line }: { $reason } (“{ $text }”)
list-unread-more = ⚠️ … dan { $count } baris lagi
list-left-off = ⚠️ { $count } lagi tidak dicek. Paling banyak 100 nomor sekali kirim.
reason-short = kurang { $digits } digit
reason-long = kelebihan { $digits } digit
reason-letters = ada hurufnya
reason-not-mobile = bukan nomor HP
reason-token = itu nomor token
reason-virtual-account = itu virtual account bank
reason-which = { $provider } yang mana?
reason-code = kode { $typed } tidak ada
reason-no-code = kodenya apa?
reason-not-offered = tidak bisa dicek di sini
reason-no-number = nomornya belum ada
reason-lost-zero = kurang 1 digit, 0 di depan hilang?
reason-mobile = itu nomor HP
reason-no-nominal = nominalnya belum ada
reason-nominal = nominalnya rancu
reason-nominal-range = nominalnya di luar batas
reason-nominal-not-taken = kode ini tanpa nominal
reason-unclear = rancu
button-list-again = 🔁 Ulangi yang gagal ({ $count })
button-list-rest = 🔁 Cek sisanya ({ $count })
button-list-files = ⬇ Unduh (Excel, CSV)
list-caption = 📄 Daftar: { $count } nomor.
list-file-unread = ⚠️ Tidak ada nomor yang terbaca di berkas itu. Tulis satu per baris, misalnya <code>PLN20 01105691111</code>
list-file-refused = ⚠️ Berkas itu tidak bisa dibuka. Kirim .txt atau .csv, paling besar 256 KB.

### Pemakaian wajar

menu-kuota = Sisa jatah cek
quota-heading = 📊 <b>Jatah cek Anda</b>
quota-heading-group = 👥 <b>Jatah grup ini</b>
quota-heading-of = 📊 <b>Jatah { $name }</b> (<code>{ $id }</code>)
quota-used =
    { $window ->
        [minute] Menit ini
       *[day] Hari ini
    }: { $used } dari { $most }, sisa <b>{ $left }</b>
quota-used-unlimited =
    { $window ->
        [minute] Menit ini
       *[day] Hari ini
    }: { $used }, tanpa batas
quota-set = ✅ Jatahnya sudah diubah.
quota-usage = Jatah seorang agen: <code>/kuota 123456789 60 1000</code> (per menit, per hari; 0 tanpa batas). Kembali ke biasa: <code>/kuota 123456789 normal</code>
quota-full-minute =
    ⏸ { $scope ->
        [agent] Jatah Anda
        [group] Jatah grup ini
       *[account] Jatah bot ini
    } per menit habis. Coba lagi { $time } ({ $seconds } detik).
quota-full-day =
    ⏸ { $scope ->
        [agent] Jatah Anda
        [group] Jatah grup ini
       *[account] Jatah bot ini
    } hari ini habis. Mulai lagi besok { $time }.
list-stopped = ⏸ <b>Berhenti sebelum selesai.</b> Yang sudah terjawab:
busy-own = 🙏 { $count } cek Anda masih menunggu jawaban, jadi yang ini belum bisa ikut menunggu. Coba lagi setelah ada yang terjawab, atau /batal.
guard-near = banyak nomor yang berurutan
guard-unknown = banyak nomor yang tidak ditemukan
guard-unusual = jauh lebih banyak cek dari hari biasanya
guard-paused =
    ⏸ <b>Cek Anda dijeda sampai { $until }.</b> Hari ini ada { $rule }. Jeda ini otomatis dan belum tentu ada yang salah.
    Hubungi pemilik bot supaya bisa langsung lanjut.
denied-paused-guard =
    ⏸ <b>Cek Anda dijeda sampai { $until }.</b> Jeda ini otomatis dan belum tentu ada yang salah.
    Hubungi pemilik bot supaya bisa langsung lanjut.
guard-go-on = ▶ Cek Anda sudah bisa dipakai lagi. Terima kasih sudah menunggu.
guard-card =
    🛡 <b>{ $name }</b> (<code>{ $id }</code>) dijeda sejak { $since } sampai { $until }: { $rule }.
    { $checks } cek hari ini. Kalau memang pelanggannya sendiri, lanjutkan:
guard-lifted = ▶ <b>{ $name }</b> (<code>{ $id }</code>) bisa cek lagi. Dilanjutkan oleh { $by }.
guard-not-paused = <b>{ $name }</b> (<code>{ $id }</code>) sudah tidak dijeda.
button-guard-lift = ▶ Lanjutkan

### Privasi

settings-heading = ⚙️ <b>Pengaturan obrolan ini</b>
settings-names = Nama pelanggan: <b>{ $choice }</b>
settings-names-whole = lengkap
settings-names-masked = disamarkan (BUDI S******)
settings-names-asker = hanya penanya yang melihat lengkap, yang lain disamarkan
settings-kept = Riwayat disimpan: <b>{ $choice }</b>
settings-seen = Riwayat dilihat: <b>{ $choice }</b>
settings-seen-all = semua anggota
settings-seen-own = masing-masing hanya miliknya; admin grup melihat semua
settings-groups-only = ⚠️ Pilihan itu hanya untuk grup.
button-names-whole = Nama lengkap
button-names-masked = Disamarkan
button-names-asker = Hanya penanya
button-days = { $days } hari
button-days-forever = Selamanya
button-seen-own = Hanya miliknya
button-seen-all = Lihat semua
kept-days = { $days } hari
kept-forever = tanpa batas waktu
forget-ask-own =
    🗑 <b>Hapus semua data Anda di grup ini?</b>
    Riwayat cek Anda, pertanyaan, pencarian, daftar, dan cek yang masih menunggu. Tidak bisa dikembalikan.
    Data Anda di tempat lain dan /pelanggan: kirim /hapusdata di obrolan pribadi.
forget-ask-everywhere =
    🗑 <b>Hapus semua data Anda, di sini dan di semua grup?</b>
    Riwayat cek, /pelanggan, pertanyaan, pencarian, daftar, nama Anda, dan cek yang masih menunggu. Tidak bisa dikembalikan.
forget-ask-chat =
    🗑 <b>Hapus semua data grup ini?</b>
    Riwayat cek semua anggota, pertanyaan, pencarian, daftar, dan cek yang masih menunggu. Tidak bisa dikembalikan.
forget-anonymous = Admin anonim tidak punya data sendiri. Untuk data seluruh grup: /hapusdata obrolan
forget-later = ⏳ Sedang dihapus. Kalau penyimpanan bot penuh, ini selesai begitu ada ruang, dan kabarnya muncul di sini. Tidak ada kabar sampai besok? Ketik /hapusdata lagi.
forget-not = Tidak ada yang dihapus.
forgotten =
    🗑 <b>Sudah dihapus:</b> { $checks } cek, { $others } catatan lain, { $waiting } cek yang menunggu.
    Tetap ada: izin Anda dengan nama Anda, jatah, pengaturan, dan catatan pemilik (tanpa nama dan nomor). Sisa di berkas bot hilang saat bot dimulai ulang.
button-forget = 🗑 Hapus
button-keep = Batal
button-forget-late = Sudah lewat 5 menit, tidak ada yang dihapus. Ketik /hapusdata lagi.
list-deleted = ✋ Daftar ini dibatalkan karena datanya dihapus.
privacy =
    🔒 <b>Yang disimpan bot ini</b>
    • Tiap cek: waktu, siapa yang bertanya, produk, nomor, dan jawabannya (nama pelanggan, daya, total).
    • Pelanggan yang Anda simpan, nama depan Anda, dan pengaturan obrolan.
    Gunanya hanya untuk menjawab cek, riwayat, dan rekap. PIN tidak pernah disimpan.
    Cek di sini disimpan { $kept }; cadangan (backup) milik pemilik bisa lebih lama.
    Yang melihat: { $seen }, dan pemilik bot. Nomor dikirim ke Klikoo untuk dicek, tidak ke tempat lain.
    Hapus: /hapusdata (milik Anda) atau /hapusdata obrolan (admin grup). Sisa di berkas bot hilang saat bot dimulai ulang.
    Nama bisa disamarkan dan lama simpan dipersingkat: /atur
    Penanggung jawab: { $count ->
        [0] pemilik bot ini
       *[other] pemilik bot ini ({ $owners })
    }. Hak Anda atas data pribadi diatur UU 27/2022.
privacy-seen-private = Anda sendiri
privacy-seen-own = penanya sendiri dan admin grup
privacy-seen-all = semua anggota grup ini
menu-atur = Atur nama, lama simpan, dan siapa yang melihat
menu-hapusdata = Hapus data Anda untuk selamanya
menu-privasi = Data apa yang disimpan dan hak Anda

### Papan pemilik: keadaan, angka, catatan

alert-balance = 💰 <b>Saldo Klikoo tinggal { $balance }</b>, di bawah { $least }. Isi saldo di dashboard Klikoo supaya cek tidak berhenti.
alert-disk = 💽 <b>Disk server hampir penuh: tinggal { $free } MB.</b> Hapus berkas yang tidak perlu atau perbesar disknya; di bawah 16 MB bot tidak bisa mencatat dan menolak cek.
alert-provider = 📡 <b>{ $provider } sudah 10 menit tidak menjawab.</b> Bot terus mencoba sendiri. Kabari agen Anda; bila lama, tanyakan ke Klikoo.
alert-backup = 🗄️ <b>Sudah lebih dari 2 hari tidak ada cadangan</b> (terakhir { $last }). Jalankan <code>ceknomor backup</code>, atau periksa jadwalnya (cron atau systemd timer).
over = ✅ <b>Beres:</b> { $what } (sejak { $since })
over-account = cek jalan lagi. Tadinya: { $remedy }
over-product = { $product } diterima Klikoo lagi.
over-store = penyimpanan bot bisa dipakai lagi.
over-balance = saldo Klikoo sudah cukup.
over-disk = disk server sudah lega lagi.
over-provider = { $provider } menjawab lagi.
over-backup = cadangan sudah dibuat.
balance = 💰 Saldo Klikoo: <b>{ $balance }</b> (per { $time })
balance-unknown = 💰 Saldo belum bisa dilihat: <code>{ $error }</code>
span-seconds = { $count } detik
span-minutes = { $count } menit
span-hours = { $hours } jam { $minutes } menit
span-days = { $days } hari { $hours } jam
status-heading = <b>ceknomor { $version }</b>, jalan { $uptime }
status-telegram = Telegram terakhir menjawab { $ago } lalu
status-telegram-never = Telegram belum menjawab sejak bot dijalankan
status-checks = Cek hari ini: { $today }, jam ini: { $hour }
status-checks-unknown = Cek hari ini belum bisa dihitung
status-provider = { $provider } (15 menit): { $checks } cek, { $percent }% terjawab, biasanya { $median } detik
status-provider-down = 🔴 { $provider } gangguan (15 menit): { $checks } cek, { $percent }% terjawab
status-waiting = Antrean: { $ready } belum mulai, { $running } sedang jalan, { $waiting } menunggu penyedia
status-disk = Disk kosong: { $free } MB
status-backup = Cadangan terakhir: { $last }
status-backup-never = Cadangan: belum pernah (<code>ceknomor backup</code>)
statistics-heading = <b>Statistik { $period }</b>, semua obrolan
statistics-agents = <b>Agen</b>
statistics-groups = <b>Grup</b>
statistics-more = dan { $count } lainnya
statistics-none = Belum ada cek: { $period }.
statistics-usage = Statistik yang mana? <code>/statistik hari</code> atau <code>/statistik minggu</code>.
report-heading = <b>Laporan { $day }</b>
report-none = Tidak ada cek.
report-problems = <b>Yang tidak terjawab</b>
report-problem = { $outcome ->
    [down] Penyedia gangguan: { $count }
    [service-down] Klikoo gangguan: { $count }
    [no-answer] Tidak ada jawaban: { $count }
   *[operator] Perlu dibenahi pemilik: { $count }
}
audit-heading = <b>Catatan</b>
audit-day = <b>{ $day }</b>
audit-none = Tidak ada catatan yang cocok.
audit-none-yet = Belum ketemu di catatan yang lebih baru. Tekan tombol di bawah untuk mencari lebih jauh.
audit-usage = Contoh: <code>/audit</code>, <code>/audit hari ini</code>, <code>/audit 123456789</code> (ID orang atau grup), <code>/audit 22/11</code>.
audit-system = sistem
audit-person = { $name } ({ $user })
audit-on = → { $name }
audit-group = grup { $group }
audit-act = { $act ->
    [check] cek
    [grant] beri akses
    [refuse] tolak
    [block] blokir
    [pause] jeda
    [resume] buka jeda
    [remove] cabut akses
    [admin] admin
    [invite] undangan
    [invite-used] pakai undangan
    [group-open] aktifkan grup
    [group-close] tutup grup
    [setting] setelan
    [delete] hapus
    [export] ekspor
    [reload] muat ulang
    [quota] kuota
   *[denied] ditolak
}
audit-outcome = { $outcome ->
    [done] selesai
    [sent] terkirim
    [refused] ditolak
    [found] ditemukan
    [not-found] tidak ditemukan
    [blocked] diblokir penyedia
    [paid] sudah lunas
    [over-limit] melebihi batas
    [too-small] terlalu kecil
    [unavailable] produk tidak tersedia
    [down] penyedia gangguan
    [no-answer] tanpa jawaban
    [service-down] Klikoo gangguan
    [operator] perlu dibenahi
    [language] bahasa
    [customer] pelanggan
    [not-owner] bukan pemilik
    [not-manager] bukan admin
    [not-group-admin] bukan admin grup
    [only-in-private] bukan di obrolan pribadi
    [lifted] dicabut
    [guard] penjaga otomatis
    [names] nama
    [days] lama simpan
    [seen] siapa yang melihat
    [own] data sendiri
    [chat] data obrolan
    [shell] lewat server
   *[other] { $outcome }
}
menu-status = Keadaan bot sekarang
menu-saldo = Saldo Klikoo
menu-statistik = Cek per agen dan grup
menu-audit = Catatan siapa melakukan apa
menu-muatulang = Muat ulang produk dan daftar
button-newest = ⏮ Terbaru
reload-done = 🔄 Dimuat ulang: { $products } produk, { $owners } pemilik, { $chats } obrolan di setelan.
reload-need-restart = Juga berubah, tetapi baru berlaku setelah bot dijalankan ulang: { $names }
reload-fixed = Tidak dibaca dari .env karena diatur di luar berkas itu (lingkungan atau baris perintah): { $names }
reload-refused = ⚠️ <b>Tidak ada yang diubah.</b> Perbaiki dulu, lalu /muatulang:

### Datang dan pergi

## Orang yang minta akses

button-ask-access = 🙋 Minta akses
button-access-asked = ✅ Permintaan Anda sudah dikirim ke pemilik bot. Jawabannya menyusul di sini.
button-access-waits = Permintaan Anda sudah diteruskan ke pemilik bot. Tunggu jawabannya di sini ya.
button-access-refused = 🙏 Permintaan Anda belum disetujui. Anda boleh minta lagi besok.
button-access-later = 🙏 Sedang banyak permintaan. Coba lagi nanti.
button-access-have = Anda sudah terdaftar. Langsung saja: /cek PLN20 01105691111
access-granted = ✅ Anda sudah terdaftar. Coba: <code>/cek PLN20 01105691111</code>
access-refused = 🙏 Maaf, permintaan akses Anda belum disetujui. Anda boleh minta lagi besok.
card-person = 🙋 <b>{ $name }</b> minta akses
card-username = @{ $username }
card-id = ID <code>{ $id }</code>
card-language = Bahasa Telegram: { $language }
card-approved = ✅ Disetujui oleh { $name }
card-refused = ✖️ Ditolak oleh { $name }
card-blocked = ⛔ Diblokir oleh { $name }
button-approve = ✅ Setujui
button-refuse = Tolak
button-block = ⛔ Blokir
button-answered = Ini sudah dijawab, atau sudah tidak berlaku.

## Grup yang memasukkan bot

group-asked = Menunggu persetujuan pemilik bot.
group-active = ✅ Bot aktif di grup ini. Coba: <code>/cek PLN20 01105691111</code>
card-group = 👥 Bot dimasukkan ke grup <b>{ $title }</b>
card-group-by = Oleh { $name } (<code>{ $id }</code>)
card-group-how = Tanpa jawaban selama sehari, bot keluar sendiri.
card-activated = ✅ Diaktifkan oleh { $name }
card-left = ✖️ Bot dikeluarkan oleh { $name }
card-moved = 👥 <b>{ $title }</b> menjadi supergrup dengan ID baru. Izinnya tetap; tidak perlu dijawab.
button-activate = ✅ Aktifkan
button-leave = Keluar
groups-heading = <b>Grup ({ $count })</b>
groups-none = Belum ada grup. Masukkan bot ke grup agen Anda, lalu aktifkan lewat kartu yang datang ke sini.
group-entry = <b>{ $title }</b> <code>{ $id }</code> · { $state }
group-works = aktif
group-waits = menunggu jawaban Anda
group-closed = ditutup
group-listed = aktif, dari .env
group-ask-close = Tutup grup <b>{ $title }</b>? Bot keluar dari sana, dan anggotanya tidak bisa cek lagi.
button-close-group = Tutup { $title }

## Undangan

invite-made = 🎟 <b>Undangan untuk { $uses } orang</b>, berlaku sampai { $until }:
invite-how = Siapa pun yang membukanya langsung jadi agen. Tautan ini hanya tampil sekali.
invite-usage = <code>/undang</code> untuk 1 orang selama sehari, atau misalnya <code>/undang 10 3 hari</code>. Paling banyak 100 orang dan 30 hari.
invite-invalid = Undangan ini sudah tidak berlaku.
invite-used = 🎟 <b>{ $name }</b> (<code>{ $id }</code>) masuk lewat undangan dari { $by }
invite-revoked = ✅ Undangan dicabut.
invites-heading = <b>Undangan yang masih terbuka</b>
invites-none = Tidak ada undangan lain yang terbuka.
invites-full = ⚠️ Undangan yang terbuka sudah terlalu banyak. Cabut dulu yang tidak dipakai.
invite-entry = { $number }. sisa { $left } dari { $uses } · sampai { $until } · oleh { $name } · <code>{ $id }…</code>
invites-more = … dan { $count } undangan lain, yang lebih lama.
button-revoke = Cabut { $number }

## Agen

requests-heading = <b>Menunggu jawaban ({ $count })</b>
requests-entry = { $number }. <b>{ $name }</b> <code>{ $id }</code>
requests-more = dan { $count } lagi, setelah yang ini dijawab.
agents-heading = <b>Agen ({ $count })</b>
agents-found = <b>Yang cocok dengan “{ $word }” ({ $count })</b>
agents-none = Belum ada agen. Tambah dengan <code>/agen tambah</code> atau /undang
agents-not-found = Tidak ada yang cocok dengan “{ $word }”. Tambah: <code>/agen tambah 12345678</code>
agents-more = dan { $count } lagi. Tulis nama yang lebih lengkap.
agents-how = <i>Cari: /agen budi · tambah: /agen tambah atau /undang</i>
agent-entry = <b>{ $name }</b> <code>{ $id }</code> · { $role }
agent-since = Sejak { $since }
agent-since-by = Sejak { $since }, oleh { $name }
role-agent = agen
role-admin = admin
role-guest = bukan agen
role-blocked = diblokir
role-listed = agen, dari .env
role-paused = dijeda
agent-added = ✅ <b>{ $name }</b> (<code>{ $id }</code>) sekarang agen. Kalau belum pernah menyapa bot ini, minta dia tekan Start dulu.
agent-already = <b>{ $name }</b> sudah terdaftar.
agent-is-blocked = ⛔ <b>{ $name }</b> (<code>{ $id }</code>) diblokir. Buka dulu blokirnya lewat /agen.
agent-bad-id = ⚠️ Itu bukan ID orang. Contoh: <code>/agen tambah 12345678</code>. ID-nya terlihat dengan /id.
agent-pick = Siapa yang jadi agen? Pilih lewat tombol di bawah, teruskan pesannya ke sini, atau kirim kontaknya. Bisa juga <code>/agen tambah 12345678</code>
agent-hidden = ⚠️ Orang itu menyembunyikan akunnya di pesan yang diteruskan. Pilih lewat tombol, atau minta dia kirim /id ke bot ini.
agent-ask-add = Jadikan <b>{ $name }</b> (<code>{ $id }</code>) agen?
agent-ask-pause = Jeda akses cek <b>{ $name }</b>? Riwayat masih bisa dilihatnya.
agent-ask-remove = Hapus <b>{ $name }</b> dari agen? Dia masih bisa cek di grup yang diizinkan.
agent-ask-block = Blokir <b>{ $name }</b>? Bot tidak akan menjawabnya lagi di mana pun.
agent-ask-demote = Cabut admin dari <b>{ $name }</b>? Dia tetap agen.
told-paused = ⏸ Akses cek Anda dijeda oleh pemilik bot.
told-resumed = ▶️ Akses cek Anda aktif lagi.
told-removed = 🔒 Anda sudah tidak terdaftar sebagai agen. Di grup yang diizinkan Anda masih bisa cek.
told-admin = ⭐ Anda sekarang admin bot ini: bisa mengatur agen. Lihat /bantuan
button-pick = 👤 Pilih orangnya
button-pause = ⏸ Jeda
button-resume = ▶ Lanjutkan
button-remove = 🗑 Hapus
button-unblock = Buka blokir
button-grant = ✅ Jadikan agen
button-make-admin = ⭐ Jadikan admin
button-demote = Cabut admin
button-back = ◀ Daftar agen
button-sure = Ya
button-not = Tidak
button-agent-is-owner = Pemilik bot hanya diatur lewat CEKNOMOR_OWNERS.
button-agent-of-owners = 🔒 Admin hanya bisa diatur oleh pemilik bot.
forwarded-command = Perintah yang diteruskan tidak saya jalankan. Ketik sendiri ya.

## Bantuan dan menu untuk yang mengatur

help-group-admin = <i>Admin grup:</i> /atur · /bahasa id|en · <code>/hapusdata obrolan</code>
help-manager = <i>Mengatur agen:</i> /agen daftar dan cari · <code>/agen tambah</code> · /undang buat tautan undangan · <code>/kuota ID</code>
help-owner = <i>Pemilik:</i> /grup · /status · /saldo · /statistik · /audit · /muatulang
menu-agen = Daftar agen: cari, tambah, jeda, hapus
menu-undang = Buat tautan undangan: /undang 5 3 hari
menu-grup = Daftar grup bot
