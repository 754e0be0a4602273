"""Generates names, as varied as the people of a large response: Latin and Arabic letters, accents, apostrophes."""

import re
import unicodedata
from collections.abc import Iterator
from random import Random

POOLS: tuple[tuple[int, str, str], ...] = (
    # weight, given names, family names
    (5,
     "Amal Bilal Dalia Faris Ghada Hamza Iman Jamil Karima Lina Mariam Nabil Omar Rania Salma Tariq Wafa Yara Zaid",
     "Abdallah Barakat Darwish Fahmy Hadi Ibrahim Jaber Khalil Mansour Najjar Qasim Rashid Saleh Tawil Zayed"),
    (4,
     "Achieng Baraka Chausiku Furaha Imani Juma Kamau Makena Neema Otieno Rehema Subira Tumaini Wanjiru Zawadi Omondi",
     "Kariuki Mwangi Njoroge Ochieng Wekesa Mutua Kiplagat Ng'ang'a Nyong'o Barasa Chebet Mugisha Nakato Were"),
    (4,
     "Adama Binta Cheikh Djeneba Fanta Ibrahima Kadiatou Lamine Mariama Ousmane Penda Rokhaya Sékou Aïssatou",
     "N'Diaye Diallo Traoré Coulibaly Sow Touré Camara M'Baye Kouyaté Bâ Sissoko N'Dour Keïta Cissé"),
    (3,
     "Ana Beatriz Camila Diego Elena Felipe Inés José Lucía Mateo Nuria Óscar Paula Rocío Sofía Tomás",
     "Álvarez Benítez Castro Domínguez Espinoza Fuentes Gómez Ibáñez López Muñoz Núñez Peña Quiroga Vásquez"),
    (3,
     "Aoife Brigid Ciarán Dara Emma Fiona George Hannah Isaac Julia Liam Maeve Niall Orla Ruth Sean",
     "O'Connor O'Brien D'Arcy Walsh Fletcher Hughes MacLeod O'Sullivan Parker Reid Stone Turner Doyle"),
    (3,
     "Aarti Bimal Chandra Deepa Farida Gita Harish Indira Kavita Laxmi Manoj Nirmala Prakash Sunita Tenzin",
     "Acharya Bhandari Chaudhary D'Souza Ghimire Khan Lama Maharjan Rahman Shrestha Tamang Fernandes"),
    (2,
     "Anastasiya Bohdan Daryna Ihor Kateryna Lesya Mykola Oksana Petro Solomiya Taras Yuliya",
     "Bondarenko Hnatyuk Ivanchenko Koval Lysenko Melnyk Petrenko Shevchuk Tkachenko Zhuk"),
    (2,
     "Chantal Désiré Espérance Fidèle Grâce Innocent Jean-Paul Marie-Claire Prosper Théogène Yves Zoé",
     "Bizimana Habimana Ilunga Kabongo Mukendi Ndayishimiye Niyonzima Tshibanda Uwimana Kalala"),
    (3,
     "أحمد آية بشرى جمال حنان خالد دعاء رشا زينب سامر شهد طارق عائشة فاطمة ليلى محمود نور هدى يوسف",
     "الأحمد البكري الحداد الخطيب الزعبي السيد الشامي العلي القاسم المصري النجار حمدان درويش عبدالله"),
)  # fmt: skip


def generate_names(rng: Random) -> Iterator[str]:
    """Yields names without end, never the same one twice."""
    weights = [pool[0] for pool in POOLS]
    given_names = [pool[1].split() for pool in POOLS]
    family_names = [pool[2].split() for pool in POOLS]
    used: set[str] = set()
    while True:
        (index,) = rng.choices(range(len(POOLS)), weights)
        parts = [rng.choice(given_names[index]), rng.choice(family_names[index])]
        if rng.random() < 0.06:
            # Many people carry the name of both sides, or of their grandfather.
            parts.append(rng.choice(family_names[index]))
        name = " ".join(dict.fromkeys(parts))
        if name not in used:
            used.add(name)
            yield name


def address_of(name: str, domain: str, taken: set[str]) -> str | None:
    """Returns an e-mail address made of a name, or None for a name without Latin letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    word = ".".join(re.sub(r"[^a-z]", "", part) for part in plain.split()[:2]).strip(".")
    if not word or "." not in word:
        return None
    address, number = f"{word}@{domain}", 2
    while address in taken:
        address, number = f"{word}{number}@{domain}", number + 1
    taken.add(address)
    return address
